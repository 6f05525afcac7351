(() => {
  for (const list of document.querySelectorAll(".moments ol")) {
    const figure = list.closest("figure"), texts = [...list.children].map(item => item.textContent);
    const drawings = [...figure.querySelectorAll(".drawing")], number = mark => +mark.id.split("-").pop();
    const marks = drawings.map(drawing =>
      [...drawing.querySelectorAll("[id*='-moment-']")].sort((a, b) => number(a) - number(b)));
    const range = Object.assign(document.createElement("input"), { type: "range", min: 0, max: texts.length - 1 });
    const said = Object.assign(document.createElement("p"), { className: "said" });
    range.setAttribute("aria-label", "Step through the days of the figure");
    const show = at => {
      range.value = at;
      range.setAttribute("aria-valuetext", texts[at]);
      said.textContent = texts[at];
      for (const own of marks) own.forEach((mark, here) => mark.classList.toggle("on", here === at));
    };
    range.addEventListener("input", () => show(+range.value));
    drawings.forEach((drawing, which) => drawing.addEventListener("pointermove", event => {
      const after = marks[which].findIndex(mark => mark.getBoundingClientRect().x > event.clientX);
      show(after < 0 ? texts.length - 1 : Math.max(0, after - 1));
    }));
    list.parentElement.before(range, said);
    show(texts.length - 1);
  }
  if (location.protocol.startsWith("http")) {
    for (const code of document.querySelectorAll(".embed code")) {
      code.textContent = code.textContent.replace(/(?<=(?:href|src|srcset)=")(?!https?:)[^"]+/g, link => new URL(link, location).href);
    }
  }
})();
