// Forms that talk to the server while one types: drafts, checks on leaving a field, suggestions, running totals.
(function () {
  "use strict";
  function each(scope, selector, run) { Array.prototype.forEach.call(scope.querySelectorAll(selector), run); }
  function send(url, data) {
    return fetch(url, {
      method: "POST", body: data, credentials: "same-origin", keepalive: true,
      headers: { "X-CSRFToken": document.body.getAttribute("data-csrf"), "X-Requested-With": "XMLHttpRequest" }
    });
  }

  // --- drafts on the server -------------------------------------------------------------------------
  // <form data-draft-save="/drafts/project-new/">: what is typed is kept under the person's account within
  // 3 s. The browser keeps its own copy beside it (app.js), which also covers a lost line.
  function typed(form) {
    var data = new FormData();
    Array.prototype.forEach.call(form.elements, function (field) {
      if (!field.name || /^(file|password|submit|button)$/.test(field.type)) return;
      if (field.name === "csrfmiddlewaretoken" || field.name === "once") return;
      if ((field.type === "checkbox" || field.type === "radio") && !field.checked) return;
      if (field.multiple && field.options) {
        Array.prototype.forEach.call(field.selectedOptions, function (option) { data.append(field.name, option.value); });
      } else data.append(field.name, field.value);
    });
    return data;
  }
  function asText(data) { return new URLSearchParams(data).toString(); }
  function setUpDraft(form) {
    var url = form.getAttribute("data-draft-save");
    var note = form.querySelector("[data-draft-note]");
    // A form that came back with mistakes holds more than the last draft: keep it before anybody follows a link.
    var last = form.querySelector(".field.bad") ? "" : asText(typed(form));
    var timer = null;
    var sent = false;
    function keep() {
      timer = null;
      if (sent) return;
      var data = typed(form);
      var text = asText(data);
      if (text === last) return;
      send(url, data).then(function (answer) {
        // A session that ended answers with the page to sign in.
        if (!answer.ok || answer.redirected) { onlyHere(); return; }
        last = text;
        if (note) note.removeAttribute("data-only-here");
        answer.json().then(function (kept) {
          if (note) note.textContent = document.body.getAttribute("data-word-saved") + " " + kept.saved_at;
        });
      }, onlyHere);
    }
    // The copy in the browser stays; it is said, and the next keystroke tries again.
    function onlyHere() {
      if (!note) return;
      note.setAttribute("data-only-here", "");
      note.textContent = document.body.getAttribute("data-word-only-here");
    }
    function soon() { if (timer) clearTimeout(timer); timer = setTimeout(keep, 1200); }
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    window.addEventListener("pagehide", function () { if (timer) { clearTimeout(timer); keep(); } });
    if (!last) soon();
    form.addEventListener("submit", function (event) { if (!event.defaultPrevented) { sent = true; clearTimeout(timer); } });
    form.addEventListener("draft:discarded", function () {
      var data = new FormData();
      data.append("discard", "1");
      send(url, data);
      last = asText(typed(form));
    });
  }
  // Throwing the server's draft away throws the browser's copy away with it.
  document.addEventListener("submit", function (event) {
    var key = event.target.getAttribute("data-drops-draft");
    if (!key) return;
    try { localStorage.removeItem("draft:" + (document.body.getAttribute("data-user") || "") + ":" + key); } catch (error) { /* private mode */ }
  });

  // --- checks on leaving a field ------------------------------------------------------------------------
  function showError(field, text) {
    var box = field.closest(".field");
    if (!box) return;
    var id = field.id + "-error";
    var line = document.getElementById(id);
    box.classList.toggle("bad", !!text);
    if (!text) {
      field.removeAttribute("aria-invalid");
      if (line) line.remove();
      return;
    }
    field.setAttribute("aria-invalid", "true");
    if (!line) {
      line = document.createElement("p");
      line.className = "field-error";
      line.id = id;
      box.appendChild(line);
      field.setAttribute("aria-describedby", ((field.getAttribute("aria-describedby") || "") + " " + id).trim());
    }
    line.textContent = text;
  }
  document.addEventListener("focusout", function (event) {
    var field = event.target;
    var form = field.form;
    if (!form || !form.hasAttribute("data-check") || !field.name || field.type === "file") return;
    var touched = field.value !== field.defaultValue || field.closest(".field.bad");
    if (!touched) return;
    var data = typed(form);
    data.append("field", field.name);
    send(form.getAttribute("data-check"), data).then(function (answer) {
      if (answer.ok) return answer.json().then(function (found) { showError(field, found.error); });
    }, function () { /* checked again on submit */ });
  });

  // --- suggestions ------------------------------------------------------------------------------------------
  var waiting = null;
  document.addEventListener("input", function (event) {
    var field = event.target;
    if (!field.hasAttribute || !field.hasAttribute("data-suggest")) return;
    var list = document.getElementById(field.getAttribute("list"));
    if (!list || !list.hasAttribute("data-source")) return;
    clearTimeout(waiting);
    waiting = setTimeout(function () {
      fetch(list.getAttribute("data-source") + "&q=" + encodeURIComponent(field.value), { credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.json() : { options: [] }; })
        .then(function (found) {
          list.textContent = "";
          found.options.forEach(function (label) {
            var option = document.createElement("option");
            option.value = label;
            list.appendChild(option);
          });
        }, function () { /* no suggestions without a line */ });
    }, 200);
  });

  // --- shares that have to total 100% -------------------------------------------------------------------------
  function total(form) {
    var cents = 0;
    each(form, "[data-share]", function (field) { cents += Math.round((parseFloat(field.value) || 0) * 100); });
    each(form, "[data-share-total]", function (mark) {
      mark.textContent = (cents / 100).toFixed(2).replace(/\.?0+$/, "") + "%";
      mark.closest("[data-share-line]").classList.toggle("ok", cents === 10000);
    });
  }
  document.addEventListener("input", function (event) {
    if (event.target.hasAttribute && event.target.hasAttribute("data-share")) total(event.target.form);
  });

  // A dropped or chosen file is enough where the form says so.
  document.addEventListener("change", function (event) {
    var field = event.target;
    if (field.type !== "file" || !field.form) return;
    each(field.form, "[data-needs-files]", function (part) { part.hidden = field.files.length === 0; });
  });

  // --- leaving with something unsaved ---------------------------------------------------------------------
  // <form data-guard>: no draft is kept, so the browser asks before what was typed is lost.
  var unsaved = false;
  function guards(field) { return field && field.closest && field.closest("form[data-guard]"); }
  document.addEventListener("input", function (event) { if (guards(event.target)) unsaved = true; });
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button[hx-post]") : null;
    if (guards(button)) unsaved = true;
  });
  document.addEventListener("submit", function (event) { if (!event.defaultPrevented) unsaved = false; });
  window.addEventListener("beforeunload", function (event) {
    if (unsaved && document.querySelector("form[data-guard]")) event.preventDefault();
  });

  each(document, "form[data-draft-save]", setUpDraft);
  each(document, "[data-share-total]", function (mark) { total(mark.closest("form")); });
})();
