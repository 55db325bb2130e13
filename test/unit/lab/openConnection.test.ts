import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { onLoopback } from "../../../lab/host/place";
import { openConnection, type OpenConnection } from "../../lab/support/traffic/openConnection";
import { measuredOf } from "../../lab/support/traffic/ways";
import { waitUntil } from "../../support/waitUntil";

describe("lab: a connection that stays open", () => {
  let server: Server;
  let answering = true;
  let sockets: readonly Socket[] = [];
  let connection: OpenConnection;

  beforeEach(async () => {
    [answering, sockets] = [true, []];
    server = createServer((socket) => {
      sockets = [...sockets, socket];
      socket.on("error", () => undefined);
      socket.on("data", (data) => {
        if (answering) socket.write("+PONG\r\n".repeat(data.toString().split("PING").length - 1));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const to = { ip: "127.0.0.1", port };
    connection = await openConnection({ from: onLoopback("127.0.0.1"), to, intervalMs: 20, timeoutMs: 200 });
  });

  afterEach(async () => {
    await connection.stop();
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });

  const lastWas = (answered: boolean) => {
    const since = Date.now();
    return waitUntil(answered ? "an answer" : "a loss", 10, () =>
      connection.attempts().some((each) => each.at >= since && each.answered === answered),
    );
  };

  it("asks again and again, on one connection", async () => {
    // On a busy machine an answer may be late, and counts as lost; the connection stays all the same.
    const answers = () => connection.attempts().filter(({ answered }) => answered);
    await waitUntil("ten answers", 10, () => answers().length >= 10);
    assert.equal(sockets.length, 1);
    assert.deepEqual(connection.breaks(), []);
  });

  it("loses what is not answered in time, and keeps the connection", async () => {
    answering = false;
    await lastWas(false);
    assert.deepEqual([sockets.length, connection.breaks()], [1, []]);
  });

  it("tells that the connection broke, and opens another one", async () => {
    const from = Date.now();
    sockets[0]?.resetAndDestroy();
    await waitUntil("the break", 10, () => connection.breaks().length > 0);
    await lastWas(true);
    assert.equal(sockets.length, 2);
    const { broken, sent } = measuredOf("open", connection, from, Date.now());
    // Where a question is being written just then, the kernel tells the write of the reset, and the read of an end: then it is closed.
    assert.match(broken.join(), /^\d+(\.\d)? s: (.*(ECONNRESET|EPIPE)|closed)$/);
    assert.ok(sent > 0);
    assert.deepEqual(measuredOf("open", connection, Date.now() + 1000, Date.now() + 2000).broken, []);
  });
});
