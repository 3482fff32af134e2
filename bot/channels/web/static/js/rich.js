// Reads the bot's text, which knows <b> and <i> only, into nodes: foreign text never becomes markup.
const TOKEN = /<(\/?)([bi])>|&(amp|lt|gt|quot|#x27|#39);|(R\d{4}-\d+)|(?<![\d*.-])(1[3-9]\d{9})(?!\d)|(https?:\/\/[^\s<>&"']+[^\s<>&"'.,;:!?，。；：！？)）])/g;
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'", "#39": "'" };

const INSET = /^(?: {4}|\u3000{2})(?=\S)/; // belongs to the line above it
const SIGN = /^\p{Extended_Pictographic}\uFE0F? /u;

/** Line by line: what is too long for one goes on under its own beginning, not at the edge. */
export function rich(text) {
  const lines = text.split("\n");
  if (!lines.every(closed)) return inline(text);
  const root = document.createDocumentFragment();
  lines.forEach((line, index) => root.append(...(index ? ["\n"] : []), shaped(line)));
  return root;
}

/** Does every tag that begins in this line end in it? */
const closed = (line) => line.split(/<[bi]>/).length === line.split(/<\/[bi]>/).length;

function shaped(line) {
  const kind = INSET.test(line) ? "inset" : SIGN.test(line) ? "hang" : null;
  if (!kind) return inline(line);
  const span = document.createElement("span");
  span.className = kind;
  span.append(inline(line.replace(INSET, "")));
  return span;
}

function inline(text) {
  const root = document.createDocumentFragment();
  const open = [root];
  let last = 0;
  const say = (words) => words && open.at(-1).append(words);
  for (const match of text.matchAll(TOKEN)) {
    say(text.slice(last, match.index));
    last = match.index + match[0].length;
    const [, slash, name, entity, number, phone, address] = match;
    if (entity) say(ENTITIES[entity]);
    else if (number) say(whole(number));
    else if (phone) say(link(`tel:${phone}`, phone));
    else if (address) say(link(address));
    else if (!slash) open.push(open.at(-1).appendChild(document.createElement(name)));
    else if (open.at(-1).localName === name) open.pop();
  }
  say(text.slice(last));
  return root;
}

/** Only the web's own kinds of address: never javascript: or data:. */
export const safe = (address) => (/^(https?:\/\/|\/(?!\/))/i.test(address) ? address : null);

/** A ticket's number is read in one piece. */
function whole(number) {
  const span = document.createElement("span");
  span.className = "number";
  span.textContent = number;
  return span;
}

/** Of an address, or of a mobile number: whoever has one hand free rings by a tap. */
function link(address, shown = address) {
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.textContent = shown;
  if (shown === address) anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}
