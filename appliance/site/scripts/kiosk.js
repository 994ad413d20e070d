// Counts down while nobody touches the screen, then goes back to the start and forgets.
(function () {
  var place = document.getElementById("idle"), number = place.querySelector("span"), left;
  // The start itself waits for the next person.
  if (location.pathname === "/~kiosk/") return;
  function show() {
    number.textContent = left;
    place.hidden = false;
  }
  function again() {
    left = 60;
    show();
  }
  ["pointerdown", "pointermove", "keydown", "scroll"].forEach(function (name) {
    addEventListener(name, again, { capture: true, passive: true });
  });
  setInterval(function () {
    left -= 1;
    show();
    if (left <= 0) location.replace("/kiosk");
  }, 1000);
  again();
})();
