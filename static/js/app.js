// Behaviours of the pages. No inline scripts anywhere: everything hangs on data attributes.
(function () {
  "use strict";
  var root = document.documentElement;
  var words = function (key) { return document.body.getAttribute("data-word-" + key) || ""; };
  var store = {
    get: function (key) { try { return localStorage.getItem(key); } catch (error) { return null; } },
    set: function (key, value) { try { localStorage.setItem(key, value); return true; } catch (error) { return false; } },
    drop: function (key) { try { localStorage.removeItem(key); } catch (error) { /* private mode */ } }
  };
  function each(scope, selector, run) { Array.prototype.forEach.call(scope.querySelectorAll(selector), run); }
  function on(type, selector, run) {
    document.addEventListener(type, function (event) {
      var target = event.target.closest ? event.target.closest(selector) : null;
      if (target) run(event, target);
    });
  }
  function make(tag, css, text) {
    var element = document.createElement(tag);
    if (css) element.className = css;
    if (text) element.textContent = text;
    return element;
  }

  // --- theme, menus, navigation ----------------------------------------------------------------
  on("click", "[data-theme-toggle]", function () {
    var dark = root.getAttribute("data-bs-theme") !== "dark";
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
    store.set("theme", dark ? "dark" : "light");
    drawCharts(document, true);
  });
  document.addEventListener("click", function (event) {
    each(document, "details[data-menu][open]", function (menu) {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    });
  });
  function setNavigation(open) {
    root.classList.toggle("menu-open", open);
    each(document, "[data-nav-toggle]", function (button) { button.setAttribute("aria-expanded", String(open)); });
    var veil = document.querySelector(".menu-veil");
    if (open && !veil) {
      veil = make("div", "menu-veil");
      veil.addEventListener("click", function () { setNavigation(false); });
      document.body.appendChild(veil);
      var first = document.querySelector(".sidebar .nav-main a");
      if (first) first.focus();
    } else if (!open && veil) veil.remove();
  }
  on("click", "[data-nav-toggle]", function () { setNavigation(!root.classList.contains("menu-open")); });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      each(document, "details[data-menu][open]", function (menu) {
        menu.removeAttribute("open");
        menu.querySelector("summary").focus();
      });
      closeCards(true);
      if (root.classList.contains("menu-open")) setNavigation(false);
      return;
    }
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(input|textarea|select)$/i.test(event.target.tagName) || event.target.isContentEditable) return;
    var search = document.querySelector("[data-global-search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  });

  on("click", "[data-dismiss]", function (event, button) { button.closest(".notice").remove(); });

  // --- cards behind figures ----------------------------------------------------------------------
  function closeCards(refocus) {
    each(document, "[data-card][aria-expanded=true]", function (button) {
      button.setAttribute("aria-expanded", "false");
      button.nextElementSibling.hidden = true;
      if (refocus) button.focus();
    });
  }
  function placeCard(button, card) {
    var box = button.getBoundingClientRect();
    var left = Math.min(Math.max(12, box.left), window.innerWidth - card.offsetWidth - 12);
    var below = box.bottom + 8;
    var top = below + card.offsetHeight > window.innerHeight - 8 ? box.top - card.offsetHeight - 8 : below;
    card.style.left = left + "px";
    card.style.top = Math.max(8, top) + "px";
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-card]");
    if (!button) {
      if (!event.target.closest(".figure-card")) closeCards(false);
      return;
    }
    var open = button.getAttribute("aria-expanded") === "true";
    closeCards(false);
    if (open) return;
    var card = button.nextElementSibling;
    button.setAttribute("aria-expanded", "true");
    card.hidden = false;
    placeCard(button, card);
  });
  window.addEventListener("scroll", function (event) {
    var inside = event.target.closest && event.target.closest(".figure-card");
    if (!inside) closeCards(false);
  }, true);

  // --- copying ------------------------------------------------------------------------------------
  function tell(text) {
    each(document, ".copied-note", function (old) { old.remove(); });
    var note = make("div", "copied-note", text);
    note.setAttribute("role", "status");
    document.body.appendChild(note);
    setTimeout(function () { note.remove(); }, 1800);
  }
  function copyOldWay(text) {
    var area = make("textarea", "visually-hidden");
    area.value = text;
    document.body.appendChild(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  on("click", "[data-copy]", function (event, button) {
    var text = button.getAttribute("data-copy");
    var done = function () { tell(words("copied")); };
    if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(done, function () { copyOldWay(text); done(); });
    else { copyOldWay(text); done(); }
  });

  // --- dialogs --------------------------------------------------------------------------------------
  on("click", "[data-opens]", function (event, button) {
    var dialog = document.getElementById(button.getAttribute("data-opens"));
    if (dialog) { event.preventDefault(); dialog.showModal(); }
  });
  on("click", "[data-closes]", function (event, button) { button.closest("dialog").close(); });
  // data-confirm="sentence" on a form or a submit button asks first; data-confirm-yes names the deed.
  function ask(holder, proceed) {
    var dialog = make("dialog");
    var title = make("h2", "", holder.getAttribute("data-confirm-title") || holder.getAttribute("data-confirm"));
    var body = make("div", "dialog-body", holder.hasAttribute("data-confirm-title") ? holder.getAttribute("data-confirm") : "");
    var actions = make("div", "dialog-actions");
    var no = make("button", "btn", words("cancel"));
    var yes = make("button", "btn " + (holder.hasAttribute("data-danger") ? "btn-danger" : "btn-primary"), holder.getAttribute("data-confirm-yes") || words("confirm"));
    no.type = yes.type = "button";
    no.addEventListener("click", function () { dialog.close(); });
    yes.addEventListener("click", function () { dialog.close(); proceed(); });
    dialog.addEventListener("close", function () { dialog.remove(); });
    actions.appendChild(no); actions.appendChild(yes);
    dialog.appendChild(title); dialog.appendChild(body); dialog.appendChild(actions);
    document.body.appendChild(dialog);
    dialog.showModal();
    no.focus();
  }
  // Marks of forms stand beside them: a field named "confirmed" or "sending" would shadow a property.
  var confirmed = new WeakSet();
  var sending = new WeakSet();
  document.addEventListener("submit", function (event) {
    var form = event.target;
    var button = event.submitter;
    var holder = button && button.hasAttribute("data-confirm") ? button : form.hasAttribute("data-confirm") ? form : null;
    if (holder && !confirmed.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(holder, function () {
        confirmed.add(form);
        if (form.requestSubmit) form.requestSubmit(button || undefined); else form.submit();
      });
      return;
    }
    confirmed.delete(form);
    guard(event, form, button);
  }, true);

  // --- one click, one request ---------------------------------------------------------------------------
  function guard(event, form, button) {
    if ((form.getAttribute("method") || "get").toLowerCase() !== "post" || form.hasAttribute("data-no-guard") || form.hasAttribute("hx-post")) return;
    if (sending.has(form)) { event.preventDefault(); return; }
    sending.add(form);
    // The button still has to be part of what is sent, so it is only marked, not disabled.
    if (button) button.setAttribute("aria-busy", "true");
    setTimeout(function () { release(form); }, 15000);
  }
  function release(form) {
    sending.delete(form);
    each(form, "[aria-busy]", function (button) { button.removeAttribute("aria-busy"); });
  }
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) each(document, "form", release);
  });

  // --- drafts: nothing typed is lost ------------------------------------------------------------------------
  // <form data-draft-key="project-new">: kept in this browser within 3 s, restored with a note, cleared when
  // the server answers with an element [data-draft-done="project-new"] or a success message.
  var PREFIX = "draft:";
  function draftFields(form) {
    return Array.prototype.filter.call(form.elements, function (field) {
      return field.name && field.name !== "csrfmiddlewaretoken" && !/^(file|password|submit|button|hidden)$/.test(field.type);
    });
  }
  function readForm(form) {
    return draftFields(form).map(function (field) {
      if (field.type === "checkbox" || field.type === "radio") return [field.name, field.value, field.checked];
      if (field.multiple) return [field.name, null, Array.prototype.map.call(field.selectedOptions, function (option) { return option.value; })];
      return [field.name, null, field.value];
    });
  }
  function fillForm(form, rows) {
    var changed = false;
    var used = {};
    rows.forEach(function (row) {
      var slot = row[0] + "\u0000" + row[1];
      var matches = draftFields(form).filter(function (field) {
        return field.name === row[0] && (row[1] === null || field.value === row[1]);
      });
      var field = matches[used[slot] || 0];
      used[slot] = (used[slot] || 0) + 1;
      if (!field) return;
      if (row[1] !== null) { if (field.checked !== row[2]) { field.checked = row[2]; changed = true; } return; }
      if (Array.isArray(row[2])) {
        Array.prototype.forEach.call(field.options, function (option) {
          var wanted = row[2].indexOf(option.value) >= 0;
          if (option.selected !== wanted) { option.selected = wanted; changed = true; }
        });
      } else if (field.value !== row[2]) { field.value = row[2]; changed = true; }
    });
    return changed;
  }
  function draftKey(form) { return PREFIX + (document.body.getAttribute("data-user") || "") + ":" + form.getAttribute("data-draft-key"); }
  function clock() {
    var now = new Date();
    return ("0" + now.getHours()).slice(-2) + ":" + ("0" + now.getMinutes()).slice(-2);
  }
  function setUpDraft(form) {
    var key = draftKey(form);
    var bare = JSON.stringify(readForm(form));
    var note = form.querySelector("[data-draft-note]");
    var timer = null;
    var kept = null;
    try { kept = JSON.parse(store.get(key) || "null"); } catch (error) { kept = null; }
    // After a refused submission the server sends back what was typed; that is newer than the draft.
    var refused = !!form.querySelector(".field.bad, .error-summary");
    if (kept && !refused && fillForm(form, kept.rows)) {
      var line = make("div", "notice tone-info");
      line.setAttribute("role", "status");
      var main = make("div", "notice-main", words("restored") + " ");
      var button = make("button", "btn btn-sm btn-quiet", words("discard"));
      button.type = "button";
      button.addEventListener("click", function () {
        store.drop(key);
        fillForm(form, JSON.parse(bare));
        line.remove();
        form.dispatchEvent(new Event("draft:discarded", { bubbles: true }));
      });
      main.appendChild(button);
      line.appendChild(main);
      form.insertBefore(line, form.firstChild);
    }
    function keep() {
      clearTimeout(timer);
      timer = null;
      var rows = readForm(form);
      if (JSON.stringify(rows) === bare) { store.drop(key); return; }
      if (store.set(key, JSON.stringify({ rows: rows, at: Date.now() })) && note && !note.hasAttribute("data-only-here")) note.textContent = words("saved") + " " + clock();
    }
    function soon() { if (!timer) timer = setTimeout(keep, 1500); }
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    window.addEventListener("pagehide", function () { if (timer) keep(); });
    form.addEventListener("submit", function (event) { if (!event.defaultPrevented) { keep(); store.set(PREFIX + "sent", key); } });
  }
  function clearSentDraft() {
    var sent = store.get(PREFIX + "sent");
    if (!sent) return;
    store.drop(PREFIX + "sent");
    // Whoever was signed out meanwhile, or got an error page, finds it again in the form.
    var arrival = window.performance && performance.getEntriesByType ? performance.getEntriesByType("navigation")[0] : null;
    if (!document.body.getAttribute("data-user") || (arrival && arrival.responseStatus >= 400)) return;
    // The form is shown again with errors: keep the draft. Anything else means it arrived.
    var again = Array.prototype.some.call(document.querySelectorAll("form[data-draft-key]"), function (form) { return draftKey(form) === sent; });
    var accepted = document.querySelector("[data-message=success]");
    if (!again || accepted) store.drop(sent);
  }
  // Copies that a service worker keeps for work without a line are nobody's once somebody signs out.
  on("submit", "form[data-clear-drafts]", function () {
    store.drop(PREFIX + "sent");
    if (window.caches) caches.keys().then(function (keys) {
      keys.forEach(function (key) { if (key.indexOf("returns-") === 0) caches.delete(key); });
    });
  });

  // --- fields ----------------------------------------------------------------------------------------------
  function showNames(box) {
    var input = box.querySelector("input[type=file]");
    var list = box.querySelector(".dropzone-names");
    list.textContent = "";
    Array.prototype.forEach.call(input.files, function (file) {
      list.appendChild(make("li", "", file.name + " · " + (file.size > 1048576 ? (file.size / 1048576).toFixed(1) + " MB" : Math.max(1, Math.round(file.size / 1024)) + " KB")));
    });
  }
  on("change", "[data-dropzone]", function (event, box) { showNames(box); });
  ["dragenter", "dragover"].forEach(function (type) { on(type, "[data-dropzone]", function (event, box) { box.classList.add("over"); }); });
  ["dragleave", "drop"].forEach(function (type) { on(type, "[data-dropzone]", function (event, box) { box.classList.remove("over"); }); });
  on("click", "[data-reveal]", function (event, button) {
    var input = document.getElementById(button.getAttribute("data-reveal"));
    var shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
  on("click", "[data-fill]", function (event, button) {
    var values = JSON.parse(button.getAttribute("data-fill"));
    Object.keys(values).forEach(function (id) {
      var field = document.getElementById(id);
      if (field) field.value = values[id];
    });
    var submit = document.querySelector("[data-primary]");
    if (submit) submit.focus();
  });
  on("change", "form[data-auto-submit] select, form[data-auto-submit] input[type=checkbox]", function (event, field) {
    if (field.form.requestSubmit) field.form.requestSubmit(); else field.form.submit();
  });
  // An empty filter has no place in the address.
  on("submit", "form[data-filters]", function (event, form) {
    each(form, "input, select", function (field) { if (field.value === "" && field.name) field.disabled = true; });
    setTimeout(function () { each(form, "input, select", function (field) { field.disabled = false; }); }, 0);
  });
  on("click", "[data-print]", function () { window.print(); });

  // --- tables ------------------------------------------------------------------------------------------------
  document.addEventListener("scroll", function (event) {
    var wrap = event.target;
    if (wrap.classList && wrap.classList.contains("table-wrap")) wrap.classList.toggle("scrolled", wrap.scrollLeft > 2);
  }, true);
  // On a phone each row of a list stands as a small card (.stacked): a value carries the words of its column.
  function labelCells(table) {
    var heads = Array.prototype.map.call(table.querySelectorAll("thead th"), function (head) { return head.textContent.trim().replace(/\s+/g, " "); });
    each(table, "tbody tr", function (row) {
      Array.prototype.forEach.call(row.cells, function (cell, index) {
        var words = cell.textContent.trim();
        if (!index) return;
        if ((words === "" || words === "—") && !cell.querySelector("input, select, button, a, svg")) cell.classList.add("phone-none");
        else if (!cell.hasAttribute("data-label") && !cell.querySelector(".pill, .btn")) cell.setAttribute("data-label", heads[index] || "");
      });
    });
  }
  on("change", "[data-select-all]", function (event, box) {
    each(box.closest("table"), "tbody input[type=checkbox]", function (one) { one.checked = box.checked; markRow(one); });
    showBulk(box.closest("form") || document);
  });
  function markRow(box) { box.closest("tr").setAttribute("aria-selected", String(box.checked)); }
  function showBulk(scope) {
    var count = scope.querySelectorAll("tbody input[type=checkbox]:checked").length;
    each(scope, "[data-bulk]", function (bar) { bar.hidden = count === 0; });
    each(scope, "[data-bulk-count]", function (mark) { mark.textContent = count; });
  }
  on("change", "tbody input[type=checkbox]", function (event, box) { markRow(box); showBulk(box.closest("form") || document); });

  // --- charts ---------------------------------------------------------------------------------------------------
  var loading = null;
  function loadCharts() {
    if (window.echarts) return Promise.resolve();
    if (!loading) loading = new Promise(function (resolve, reject) {
      var script = make("script");
      script.src = root.getAttribute("data-echarts");
      script.onload = resolve;
      script.onerror = reject;
      document.head.appendChild(script);
    });
    return loading;
  }
  function chartTheme() {
    var style = getComputedStyle(root);
    var value = function (name) { return style.getPropertyValue(name).trim(); };
    var axis = {
      axisLine: { lineStyle: { color: value("--line-strong") } }, axisTick: { show: false },
      axisLabel: { color: value("--ink-3"), fontSize: 12 }, nameTextStyle: { color: value("--ink-3"), fontSize: 12 },
      splitLine: { lineStyle: { color: value("--line") } }
    };
    return {
      color: [1, 2, 3, 4, 5, 6].map(function (n) { return value("--chart-" + n); }),
      backgroundColor: "transparent",
      textStyle: { fontFamily: value("--font"), color: value("--ink-2"), fontSize: 12 },
      legend: { textStyle: { color: value("--ink-2") } },
      tooltip: { backgroundColor: value("--surface"), borderColor: value("--line"), textStyle: { color: value("--ink"), fontSize: 12 } },
      categoryAxis: axis, valueAxis: axis, timeAxis: axis,
      label: { color: value("--ink-2") }
    };
  }
  function drawCharts(scope, again) {
    var boxes = scope.querySelectorAll("[data-chart]");
    if (!boxes.length) return;
    loadCharts().then(function () {
      Array.prototype.forEach.call(boxes, function (box) {
        var source = document.getElementById(box.getAttribute("data-chart"));
        if (!source) return;
        if (box.chart && again) { box.chart.dispose(); box.chart = null; }
        if (box.chart || box.closest("[hidden]")) return;
        box.chart = window.echarts.init(box, chartTheme(), { renderer: "svg" });
        var option = JSON.parse(source.textContent);
        option.animation = false;
        box.chart.setOption(option);
      });
    }, function () {
      // Without the chart library the figures are still there.
      each(document, "[data-switch] [aria-pressed=false]", function (button) { button.click(); });
    });
  }
  window.addEventListener("resize", function () {
    each(document, "[data-chart]", function (box) { if (box.chart) box.chart.resize(); });
  });
  on("click", "[data-switch] [data-show]", function (event, button) {
    each(button.parentNode, "[data-show]", function (other) {
      var chosen = other === button;
      other.setAttribute("aria-pressed", String(chosen));
      document.getElementById(other.getAttribute("data-show")).hidden = !chosen;
    });
    drawCharts(document);
  });

  // --- htmx --------------------------------------------------------------------------------------------------------
  document.addEventListener("htmx:configRequest", function (event) {
    event.detail.headers["X-CSRFToken"] = document.body.getAttribute("data-csrf");
  });
  document.addEventListener("htmx:sendError", function () { tell(words("offline")); });
  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status >= 500) tell(words("offline")); else if (event.detail.xhr.status === 403) tell(words("refused"));
  });
  document.addEventListener("htmx:load", function (event) { setUp(event.detail.elt); });

  // --- start -----------------------------------------------------------------------------------------------------------
  var drafted = new WeakSet();
  function setUp(scope) {
    if (!scope.querySelectorAll) return;
    each(scope, "form[data-draft-key]", function (form) {
      if (!drafted.has(form)) { drafted.add(form); setUpDraft(form); }
    });
    each(scope, ".stagebar [aria-current=step]", function (step) {
      step.parentNode.scrollLeft = step.offsetLeft - (step.parentNode.clientWidth - step.offsetWidth) / 2;
    });
    each(scope, "table.stacked", labelCells);
    each(scope, "[data-focus]", function (element) { element.focus({ preventScroll: false }); });
    drawCharts(scope);
  }
  clearSentDraft();
  setUp(document);
})();
