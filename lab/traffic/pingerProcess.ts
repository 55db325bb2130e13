import { connect, Socket } from "node:net";
import { setInterval } from "node:timers";

/*
 * Asks a Redis for a PONG again and again, each time on a new connection, and writes a line for each attempt: when it began, and whether
 * there was an answer in time. An attempt does not wait for the one before it, so a gap is seen as long as it is.
 */
/** Keeps what nobody reads at the moment: an attempt neither waits for its reader nor fails with it. */
const output = new Socket({ fd: 1, readable: false });
const [host = "", port = "", intervalMs = "", timeoutMs = ""] = process.argv.slice(2);

function attempt(): void {
  const at = Date.now();
  const socket = connect({ host, port: Number(port) });
  let ended = false;
  const end = (answered: boolean) => (): void => {
    if (ended) return;
    ended = true;
    socket.destroy();
    output.write(`${JSON.stringify({ at, answered })}\n`);
  };
  socket.setTimeout(Number(timeoutMs), end(false));
  socket.once("error", end(false));
  socket.once("close", end(false));
  socket.once("connect", () => socket.write("PING\r\n"));
  socket.once("data", (data) => {
    end(data.toString().startsWith("+PONG"))();
  });
}

setInterval(attempt, Number(intervalMs));
