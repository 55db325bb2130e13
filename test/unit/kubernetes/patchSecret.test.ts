import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { mock } from "node:test";
import { Kubectl } from "../../../components/kubernetes/kubectl";
import { withCluster } from "../../../components/kubernetes/kubectlApi";
import type { GroupedProcess } from "../../../components/kubernetes/processGroup";

interface Request {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A `kubectl proxy` in this process, with an API server behind it that answers so. */
function proxy(status: number, answer: object | string) {
  const calls: (readonly string[])[] = [];
  const requests: Request[] = [];
  mock.method(Kubectl.prototype, "start", (args: readonly string[]): GroupedProcess => {
    calls.push(args);
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    const child = Object.assign(new EventEmitter(), streams);
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        requests.push({ method: request.method, url: request.url, headers: request.headers, body });
        response.writeHead(status).end(typeof answer === "string" ? answer : JSON.stringify(answer));
      });
    });
    const socket = args.find((arg) => arg.startsWith("--unix-socket="))?.split("=")[1] ?? assert.fail("no socket");
    server.listen(socket, () => streams.stdout.write("Starting to serve"));
    const end = () => {
      server.close(() => child.emit("close", 0));
    };
    return Object.assign(child, { end });
  });
  return { calls, requests };
}

const PATCH = { metadata: { resourceVersion: "7" }, data: { "tls.key": "k3y", gone: null } };
const patched = (isSecret: boolean) =>
  withCluster({ kind: "context", context: "c" }, (api) =>
    api.patch(["secret/s"], "ns", { manager: "helm", patch: PATCH, isSecret }),
  );

describe("kubernetes: a merge patch with a key in it", () => {
  afterEach(() => {
    mock.restoreAll();
  });

  it("goes to the API server past every list of processes, in the name of its manager", async () => {
    const { calls, requests } = proxy(200, {});
    await patched(true);
    assert.equal(calls.length, 1);
    assert.ok(!JSON.stringify(calls).includes("k3y"));
    const [{ method, url, headers, body } = assert.fail("nothing was sent")] = requests;
    assert.deepEqual([method, url], ["PATCH", "/api/v1/namespaces/ns/secrets/s?fieldManager=helm"]);
    assert.equal(headers["content-type"], "application/merge-patch+json");
    assert.deepEqual(JSON.parse(body), PATCH);
  });

  it("is a conflict where the Secret is another by now, and else an error in the server's words", async () => {
    proxy(409, { message: "has been modified" });
    await assert.rejects(patched(true), { name: "WriteConflict", message: "has been modified" });
    mock.restoreAll();
    proxy(403, { message: "secrets is forbidden" });
    await assert.rejects(patched(true), { name: "KubectlError", message: "secrets is forbidden" });
  });

  it("fails where the answer is longer than any object, and keeps no more of it", async () => {
    proxy(200, "x".repeat(17 * 2 ** 20));
    await assert.rejects(patched(true), {
      name: "KubectlError",
      message: "the answer to a write has more than 16 MiB",
      failure: "final",
    });
  });
});
