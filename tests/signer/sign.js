// Seals and opens with WeCom's own library what comes as JSON on standard input.
const { getSignature, encrypt, decrypt } = require("@wecom/crypto");

const asked = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const { token, aesKey, owner, timestamp, nonce } = asked;
const answer = {};
if (asked.words !== undefined) {
  answer.sealed = encrypt(aesKey, asked.words, owner);
  answer.signature = getSignature(token, timestamp, nonce, answer.sealed);
} else {
  answer.signature = getSignature(token, timestamp, nonce, asked.sealed);
  const { message, id } = decrypt(aesKey, asked.sealed);
  Object.assign(answer, { words: message, owner: id });
}
process.stdout.write(JSON.stringify(answer));
