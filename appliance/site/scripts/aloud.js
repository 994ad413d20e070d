// Offers to read the page aloud, where the phone has a voice of its own for the page's language.
// Voices that need the internet are left out: they would send the words away.
(function () {
  var place = document.getElementById("aloud"), synth = window.speechSynthesis;
  if (!place || !synth) return;
  var language = document.documentElement.lang.split("-")[0].toLowerCase();
  var button, queue = [];
  function voice() {
    return synth.getVoices().find(function (one) {
      return one.localService && one.lang.split(/[-_]/)[0].toLowerCase() === language;
    });
  }
  function pieces() {
    var blocks = "h1, h2, h3, h4, h5, p, li";
    return Array.from(document.querySelectorAll("main :is(" + blocks + ")")).filter(function (one) {
      return !one.querySelector(blocks) && one.offsetParent && !one.closest("nav, .meta, .tools");
    });
  }
  // Piece by piece: some phones stop by themselves within a long text.
  function next() {
    var piece = queue.shift();
    if (!piece) return stop();
    var words = new SpeechSynthesisUtterance(piece.textContent);
    words.voice = voice();
    words.lang = words.voice.lang;
    words.onend = next;
    synth.speak(words);
  }
  function stop() {
    queue = [];
    synth.cancel();
    button.textContent = place.dataset.read;
  }
  function offer() {
    if (button || !voice()) return;
    button = document.createElement("button");
    button.type = "button";
    button.textContent = place.dataset.read;
    button.onclick = function () {
      if (queue.length || synth.speaking) return stop();
      queue = pieces();
      button.textContent = place.dataset.stop;
      next();
    };
    place.append(button);
    place.hidden = false;
  }
  addEventListener("pagehide", function () { synth.cancel(); });
  synth.addEventListener && synth.addEventListener("voiceschanged", offer);
  offer();
})();
