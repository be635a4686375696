// One request after the other: J next, K previous, A approve (asks once more), R return with words.
(function () {
  "use strict";
  var find = function (selector) { return document.querySelector(selector); };
  function follow(selector) { var link = find(selector); if (link) link.click(); return !!link; }
  function words() {
    return Array.prototype.filter.call(document.querySelectorAll("#review textarea"), function (area) { return area.value.trim(); });
  }
  function hint(text) { var line = find("[data-review-hint]"); if (line) line.textContent = text ? line.getAttribute("data-words") : ""; }
  function approve() {
    var button = find("[data-review-approve]");
    if (!button || button.disabled) return false;
    button.click();
    var yes = find("dialog[open] .btn-primary");
    if (yes) yes.focus();
    return true;
  }
  // Without words there is nothing to return: the first press leads to the field, the next one sends.
  function giveBack() {
    var button = find("[data-review-return]");
    if (!button) return false;
    if (words().length) { button.focus(); button.click(); return true; }
    var area = find("#review .review-item.wait textarea") || find("#review textarea");
    area.focus();
    hint(true);
    return true;
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-review-return]") : null;
    if (button && !words().length) { event.preventDefault(); giveBack(); }
  });
  // The viewer of a PDF takes the keys as it opens. They stay with the page until somebody points at the viewer
  // or tabs into it.
  var tabbed = 0;
  document.addEventListener("keydown", function (event) { if (event.key === "Tab") tabbed = Date.now(); }, true);
  function keepKeys() {
    var frame = document.activeElement;
    if (!frame || frame.tagName !== "IFRAME" || frame.matches(":hover") || Date.now() - tabbed < 1000) return;
    var head = find("h1");
    head.setAttribute("tabindex", "-1");
    frame.blur();
    window.focus();
    head.focus({ preventScroll: true });
  }
  window.addEventListener("blur", function () { setTimeout(keepKeys, 0); });
  window.addEventListener("load", function () { [0, 300, 1000].forEach(function (wait) { setTimeout(keepKeys, wait); }); });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
    if (/^(input|textarea|select)$/i.test(event.target.tagName) || event.target.isContentEditable) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    var act = {
      j: function () { return follow("[data-review-next]"); },
      k: function () { return follow("[data-review-previous]"); },
      a: approve,
      r: giveBack
    }[event.key.toLowerCase()];
    if (act && act()) event.preventDefault();
  });
})();
