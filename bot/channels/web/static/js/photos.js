// Photos before they are sent (made smaller here, which saves the way) and after (large, in a dialog).
import { find } from "./dom.js";

const SIDE = 2048;

/** A smaller JPEG of the photo; what the browser cannot open goes as it is, the server will say what it thinks. */
export async function smaller(file) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    if (scale === 1 && file.size < 1_500_000) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.86))) ?? file;
  } catch {
    return file;
  }
}

let album = [];
let place = 0;

function turn(step) {
  place = (place + step + album.length) % album.length;
  find(".lightbox img").src = album[place];
}

export function enlarge(addresses, index) {
  album = addresses;
  place = index;
  turn(0);
  const box = find(".lightbox");
  box.classList.toggle("single", album.length < 2);
  box.showModal();
}

export function readyLightbox() {
  const box = find(".lightbox");
  find(".previous", box).addEventListener("click", () => turn(-1));
  find(".next", box).addEventListener("click", () => turn(1));
  find(".close", box).addEventListener("click", () => box.close());
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") turn(-1);
    if (event.key === "ArrowRight") turn(1);
  });
}
