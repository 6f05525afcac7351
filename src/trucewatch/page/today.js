(() => {
  const age = document.getElementById("age");
  const day = text => new Date(`${text}T00:00:00`);
  const now = new Date();
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const apart = (from, to) => Math.round((to - from) / 864e5);
  const count = days => `${days.toLocaleString("en")} ${days === 1 ? "day" : "days"}`;
  const since = apart(day(age.dataset.law), today);
  if (since > 0) {
    document.getElementById("age-days").textContent = `, ${count(since)} ago`;
    let passed = 0;
    for (const item of age.querySelectorAll("li")) {
      item.hidden = day(item.dataset.on) > today;
      passed += !item.hidden;
    }
    document.getElementById("age-passed").hidden = !passed;
    age.classList.toggle("stale", passed > 0);
  }
  for (const time of document.querySelectorAll("time.ahead")) {
    const left = apart(today, day(time.dateTime));
    time.after(left < 0 ? ` (passed ${count(-left)} ago)` : left ? ` (in ${count(left)})` : " (today)");
  }
})();
