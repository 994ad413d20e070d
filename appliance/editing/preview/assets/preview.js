// Asks once a second whether a file has changed, and loads the screen again at the same place.
"use strict";
const stamp = document.currentScript.dataset.stamp;
const page = document.getElementById("page");
const place = "scrolled " + location.search;

page?.addEventListener("load", () => {
  page.contentWindow.scrollTo(0, Number(sessionStorage.getItem(place)));
});

setInterval(async () => {
  const answer = await fetch("/stamp").catch(() => null);
  if (answer?.ok && (await answer.text()) !== stamp) {
    sessionStorage.setItem(place, page ? page.contentWindow.scrollY : 0);
    location.reload();
  }
}, 1000);

document.querySelector("select").addEventListener("change", (event) => event.target.form.submit());
