// A question, which comes into sight when it is asked.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  const question = document.createElement("div");
  question.className = "question";
  question.textContent = data.text;
  root.replaceChildren(question);
  if (data.new && !root.seen) root.scrollIntoView({ behavior: "smooth", block: "start" });
  root.seen = data.new;
}
