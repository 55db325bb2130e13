import { connect, Socket } from "node:net";
import { setInterval, setTimeout } from "node:timers";

/*
 * Asks a Redis for a PONG again and again on one connection, and writes a line for each question: when it was asked, and whether it was
 * answered in time. A connection that breaks is told in a line of its own; then another one is opened.
 */
/** Keeps what nobody reads at the moment. */
const output = new Socket({ fd: 1, readable: false });
const [host = "", port = "", intervalMs = "", timeoutMs = ""] = process.argv.slice(2);
const PONG = "+PONG";

interface Question {
  readonly at: number;
  told: boolean;
}

const write = (line: object): void => {
  output.write(`${JSON.stringify(line)}\n`);
};

const tell = (question: Question, answered: boolean): void => {
  if (question.told) return;
  question.told = true;
  write({ at: question.at, answered });
};

/** The connection that is used, while there is one. */
let socket: Socket | undefined;
/** Questions in the order in which they were asked, and will be answered. */
let asked: readonly Question[] = [];

function open(): void {
  const opened = connect({ host, port: Number(port) });
  let isOpen = false;
  let rest = "";
  let why = "closed";
  socket = opened;
  asked = [];
  opened.once("connect", () => {
    isOpen = true;
    write({ opened: Date.now() });
  });
  opened.on("data", (data) => {
    const lines = `${rest}${data.toString()}`.split("\r\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [first, ...others] = asked;
      asked = others;
      if (first !== undefined) tell(first, line === PONG);
    }
  });
  opened.once("error", (error) => (why = error.message));
  opened.once("close", () => {
    for (const question of asked) tell(question, false);
    if (isOpen) write({ broken: Date.now(), why });
    socket = undefined;
  });
}

setInterval(() => {
  if (socket === undefined) open();
  const question = { at: Date.now(), told: false };
  asked = [...asked, question];
  // What is written before the connection is open goes out with it.
  socket?.write("PING\r\n");
  setTimeout(() => {
    tell(question, false);
  }, Number(timeoutMs));
}, Number(intervalMs));
