// The page of an evaluation: opens every explanation at once, and all of them for paper.
(function () {
  "use strict";
  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }
  function set(items, open) { items.forEach(function (item) { item.open = open; }); }
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-expand]") : null;
    if (!button) return;
    var items = all(button.getAttribute("data-expand"));
    var open = items.some(function (item) { return !item.open; });
    if (open) set(all("[data-subject]"), true);
    set(items, open);
    var word = button.textContent;
    button.textContent = button.getAttribute("data-word-close");
    button.setAttribute("data-word-close", word);
  });
  // A link into a folded section opens it.
  function reveal() {
    var target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    for (var node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  reveal();
  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = all("[data-explanation], [data-subject]").filter(function (item) { return !item.open; });
    set(folded, true);
  });
  window.addEventListener("afterprint", function () { set(folded, false); folded = []; });
})();
