// What axe-core does not measure, measured in the page. Each function returns findings as sentences;
// an empty list is what we want. WCAG 2.2 numbers stand beside each.
(() => {
  const short = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 100);
  const isDrawn = (rect) => rect.width > 0 && rect.height > 0;

  // 1.4.10 Reflow: nothing to scroll sideways, whatever the writing direction.
  const sideways = () => {
    const root = document.documentElement;
    if (root.scrollWidth <= window.innerWidth) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((element) => {
      const rect = element.getBoundingClientRect();
      return !element.closest(".skip") && isDrawn(rect)
        && (rect.right > window.innerWidth + 1 || rect.left < -1);
    });
    return [`${root.scrollWidth} px wide in ${window.innerWidth}: ${wide.slice(-1).map(short)}`];
  };

  // 1.4.4, 1.4.12: no box cuts off what is in it. What one types into scrolls by itself.
  const cutOff = () => [...document.body.querySelectorAll("*:not(input):not(svg *)")]
    .filter((element) => {
      const style = getComputedStyle(element);
      return [style.overflowX, style.overflowY].some((value) => value !== "visible")
        && (element.scrollWidth > element.clientWidth + 1
          || element.scrollHeight > element.clientHeight + 1);
    }).map((element) => `cuts off what is in it: ${short(element)}`);

  // 1.4.12: the lines of one text do not run into another's. Fonts leave room above and below their
  // letters, Nastaliq much of it: only the middle half of a line counts.
  const texts = () => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.data.trim() || node.parentElement.closest("svg, style")) continue;
      if (!node.parentElement.checkVisibility()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        if (!isDrawn(rect) || rect.right < 0 || rect.left > window.innerWidth) continue;
        const quarter = rect.height / 4;
        found.push({
          node, left: rect.left, right: rect.right, top: rect.top + quarter,
          bottom: rect.bottom - quarter,
        });
      }
    }
    return found;
  };
  const overlaps = () => {
    const lines = texts().sort((a, b) => a.top - b.top);
    const findings = [];
    lines.forEach((line, place) => {
      for (let next = place + 1; next < lines.length && lines[next].top < line.bottom - 1; next++) {
        const other = lines[next];
        if (other.node !== line.node
            && Math.min(line.right, other.right) - Math.max(line.left, other.left) > 2) {
          findings.push(`runs into “${other.node.data.trim().slice(0, 40)}”: `
            + `“${line.node.data.trim().slice(0, 40)}”`);
        }
      }
    });
    return findings;
  };

  // 1.4.3 for what stylesheets write, such as the numbers of steps: axe-core looks at text only.
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [red, green, blue] = parts(colour).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const isSolid = (colour) => parts(colour).length === 3 || parts(colour)[3] === 1;
  const backgroundOf = (element) => {
    for (let place = element; place; place = place.parentElement) {
      const colour = getComputedStyle(place).backgroundColor;
      if (isSolid(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const written = () => [...document.body.querySelectorAll("*")].flatMap((element) =>
    ["::before", "::after"].flatMap((part) => {
      const style = getComputedStyle(element, part);
      if (["none", "normal", '""'].includes(style.content)) return [];
      const behind = isSolid(style.backgroundColor) ? style.backgroundColor : backgroundOf(element);
      const ratio = contrast(style.color, behind);
      const room = parseFloat(getComputedStyle(element).paddingInlineStart);
      const findings = [];
      if (ratio < 4.5) findings.push(`contrast ${ratio.toFixed(2)} of ${part}: ${short(element)}`);
      if (style.position === "absolute" && parseFloat(style.width) > room) {
        findings.push(`${part} covers text of ${short(element)}`);
      }
      return findings;
    }));

  // 1.4.12 Text Spacing, as the criterion has it. A sheet of the test's own: the page's policy allows
  // no other, and this one does not pass by it.
  const space = () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important;"
      + " word-spacing: .16em !important } p { margin-block-end: 2em !important }");
    document.adoptedStyleSheets = [sheet];
  };
  const unspace = () => { document.adoptedStyleSheets = []; };

  // 2.4.3, 2.4.7, 2.4.11, 2.4.13: where the keyboard is, and whether that can be seen.
  const STOPS = "a[href], button, input, summary, [tabindex='0']";
  const stops = () => [...document.querySelectorAll(STOPS)]
    .filter((element) => element.checkVisibility() && isDrawn(element.getBoundingClientRect()));
  const isSeenAt = (element, rect) => [0.1, 0.5, 0.9].some((share) => {
    const hit = document.elementFromPoint(
      rect.left + rect.width * share, rect.top + rect.height / 2);
    return hit && (hit === element || element.contains(hit) || hit.contains(element));
  });
  const focus = () => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const style = getComputedStyle(element);
    // A link over several lines: one of them is enough.
    const rects = [...element.getClientRects()];
    const findings = [];
    if (!rects.some((rect) => isSeenAt(element, rect))) findings.push("is hidden");
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) {
      findings.push("shows no focus");
    } else {
      const ratio = contrast(style.outlineColor, backgroundOf(element.parentElement));
      if (ratio < 3) findings.push(`has a focus ring of contrast ${ratio.toFixed(2)}`);
    }
    return { place: stops().indexOf(element), what: short(element), findings };
  };

  // What is seen, in the order of the document: text, and where it stands. Sign by sign, the reading
  // order of assistive technology is compared with it.
  const seen = () => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data.replace(/\s+/g, " ").trim();
      if (!text || node.parentElement.closest("svg, style")) continue;
      if (!node.parentElement.checkVisibility()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()].filter(isDrawn);
      if (rects.length) found.push({ text, top: rects[0].top, bottom: rects[rects.length - 1].bottom });
    }
    return found;
  };

  window.measures = { sideways, cutOff, overlaps, written, space, unspace, stops, focus, seen };
})();
