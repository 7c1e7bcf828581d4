"use strict";
// A click on a repetition shows it in the video.
const video = document.getElementById("overlay");
for (const button of document.querySelectorAll("[data-seek]")) {
  if (!video) {
    button.disabled = true;
    continue;
  }
  button.addEventListener("click", () => {
    video.currentTime = Number(button.dataset.seek);
    video.scrollIntoView({ block: "nearest" });
  });
}
