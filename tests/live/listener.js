// Listens as the web client does, with the client that it uses, and prints what it hears, a line of JSON each.
// Takes one argument, JSON: where to connect (url), the options of socket.io-client, and, to be told of what it missed, the place to begin at (after).
// A line of standard input, ["name", data], is sent as a message.

const { io } = require("socket.io-client");
const readline = require("readline");

const { url, options, after } = JSON.parse(process.argv[2]);
const say = (what, more) => console.log(JSON.stringify({ what, ...more }));
let place = after;

const said = options.auth || {};
const socket = io(`${url}/events`, {
  path: "/socket.io/",
  ...options,
  auth: (give) => give(place === undefined ? said : { ...said, after: place }),
});

const opened = () => {
  const engine = socket.io.engine;
  say("opened", { transport: engine.transport.name });
  engine.once("upgrade", () => say("upgraded", { transport: engine.transport.name }));
};
socket.io.on("open", opened);
socket.on("connect", () => say("connected"));
socket.on("connect_error", (error) => say("refused", { message: error.message }));
socket.on("disconnect", (reason) => say("gone", { reason }));
socket.onAny((name, data) => {
  if (place !== undefined && data && data.seq > place) place = data.seq;
  say("heard", { name, data });
});

readline.createInterface({ input: process.stdin }).on("line", (line) => socket.emit(...JSON.parse(line)));
