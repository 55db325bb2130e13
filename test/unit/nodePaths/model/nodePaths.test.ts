import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { promisify } from "node:util";
import {
  healthChecking,
  parseHealthAddresses,
  pathsFrom,
  PROBE_SCRIPT,
  triedPaths,
  type HealthNode,
  type NodePath,
} from "../../../../components/nodePaths/model/nodePaths";
import { ciliumNode, HEALTH } from "../../support/nodePaths/healthStatus";

const BOTH = { ipv4: true, ipv6: true };

describe("model: healthChecking", () => {
  it("is on unless one of its switches is off", () => {
    assert.deepEqual(healthChecking({}), { kind: "on", port: 4240, families: BOTH });
    assert.deepEqual(healthChecking({ "enable-health-checking": "true", "cluster-health-port": "4241" }), {
      kind: "on",
      port: 4241,
      families: BOTH,
    });
    const one = healthChecking({ "enable-ipv4": "true", "enable-ipv6": "false" });
    assert.deepEqual(one, { kind: "on", port: 4240, families: { ipv4: true, ipv6: false } });
    for (const key of ["enable-health-checking", "enable-endpoint-health-checking"]) {
      assert.deepEqual(healthChecking({ [key]: "false" }), { kind: "off", key });
      assert.deepEqual(healthChecking({ [key]: "False" }), { kind: "off", key });
    }
  });
});

describe("model: parseHealthAddresses", () => {
  const addressesOf = (spec: object, families = BOTH) =>
    parseHealthAddresses(JSON.stringify({ items: [{ metadata: { name: "a" }, spec }] }), families).get("a");

  it("are what every agent writes of its own node", () => {
    const items = [ciliumNode("node-1"), ciliumNode("node-2")];
    assert.deepEqual(Object.fromEntries(parseHealthAddresses(JSON.stringify({ items }), BOTH)), HEALTH);
  });

  it("are of both IP families, or of the one that there is, and nothing that is no address", () => {
    const v6 = "fd00::7";
    const host = (...ips: readonly string[]) => ips.map((ip) => ({ type: "InternalIP", ip }));
    assert.deepEqual(addressesOf({ health: { ipv4: "10.0.0.1", ipv6: v6 }, addresses: host(v6, "10.9.0.1") }), {
      endpoint: "10.0.0.1",
      host: "10.9.0.1",
      endpointIPv6: v6,
      hostIPv6: v6,
    });
    assert.deepEqual(addressesOf({ health: { ipv6: v6 }, addresses: host(v6) }), { endpoint: v6, host: v6 });
    assert.deepEqual(addressesOf({ health: { ipv4: "<nil>" } }), {});
    assert.deepEqual(addressesOf({ health: { ipv4: "$(reboot)" }, addresses: [{ type: "InternalIP", ip: "x" }] }), {});
  });

  it("are of no IP family that the agents do not serve, though the node has it", () => {
    const addresses = ["10.9.0.1", "fd00::7"].map((ip) => ({ type: "InternalIP", ip }));
    const spec = { health: { ipv4: "10.0.0.1" }, addresses };
    const ipv4 = { ipv4: true, ipv6: false };
    assert.deepEqual(addressesOf(spec, ipv4), { endpoint: "10.0.0.1", host: "10.9.0.1" });
    const ipv6 = { ipv4: false, ipv6: true };
    assert.deepEqual(addressesOf({ addresses }, ipv6), { host: "fd00::7" });
  });

  it("are none of a node that says none", () => {
    assert.deepEqual(addressesOf({}), {});
    assert.deepEqual(addressesOf({ addresses: [{ type: "ExternalIP", ip: "1.2.3.4" }], health: null }), {});
  });
});

const node = (n: number): HealthNode => ({
  agent: `cilium-${String(n)}`,
  node: `node-${String(n)}`,
  endpoint: `10.0.${String(n)}.1`,
  host: `10.9.0.${String(n)}`,
});

describe("model: pathsFrom", () => {
  it("leads from each node to every other, to its health endpoint and to itself", () => {
    const nodes = [node(1), node(2), node(3)];
    const all = nodes.flatMap((from) => pathsFrom(from, nodes));
    assert.equal(all.length, 2 * 3 * 2);
    assert.ok(all.every(({ from, to }) => from !== to));
    assert.deepEqual(all[0], {
      kind: "endpoint",
      agent: "cilium-1",
      from: "node-1",
      to: "node-2",
      address: "10.0.2.1",
    });
  });

  it("leads there by IPv6 too in a dual-stack cluster, also to a node that has lost its addresses", () => {
    const dual = (n: number): HealthNode => ({
      ...node(n),
      endpointIPv6: `fd00::${String(n)}:1`,
      hostIPv6: `fd00:9::${String(n)}`,
    });
    const kinds = (from: HealthNode, to: HealthNode) =>
      pathsFrom(from, [from, to]).map(({ kind, address }) => `${kind} ${String(address)}`);
    assert.deepEqual(kinds(dual(1), dual(2)), [
      "endpoint 10.0.2.1",
      "host 10.9.0.2",
      "endpointIPv6 fd00::2:1",
      "hostIPv6 fd00:9::2",
    ]);
    const { agent, node: name } = node(2);
    assert.equal(kinds(dual(1), { agent, node: name }).length, 4);
    assert.equal(kinds(node(1), dual(2)).length, 4);
    assert.equal(kinds(node(1), node(2)).length, 2);
    const why = triedPaths(pathsFrom(dual(1), [dual(1), node(2)]), "", 3).map((path) => path.why);
    assert.deepEqual(why.slice(2), [
      "its CiliumNode has no endpoint address of IPv6",
      "its CiliumNode has no host address of IPv6",
    ]);
  });

  it("leads to some others in a large cluster, and as many lead to each", () => {
    const nodes = Array.from({ length: 60 }, (_, index) => node(index + 1));
    const all = nodes.flatMap((from) => pathsFrom(from, nodes)).filter(({ kind }) => kind === "endpoint");
    assert.equal(all.length, 60 * 8);
    for (const { node: name } of nodes) {
      assert.equal(new Set(all.filter(({ to }) => to === name).map(({ from }) => from)).size, 8, name);
    }
    const targets = (known: readonly HealthNode[]) => new Set(pathsFrom(node(7), known).map(({ to }) => to));
    assert.deepEqual(targets([...nodes].reverse()), targets(nodes));
  });

  it("leads to a node that says nothing too, and nowhere in a cluster of one", () => {
    const silent: HealthNode = { agent: "a", node: "quiet" };
    const why = (path: NodePath) => triedPaths([path], "", 3)[0]?.why;
    assert.deepEqual(pathsFrom(node(1), [node(1), silent]).map(why), [
      "its CiliumNode has no endpoint address",
      "its CiliumNode has no host address",
    ]);
    assert.deepEqual(pathsFrom(node(1), [node(1)]), []);
  });
});

describe("model: triedPaths", () => {
  const paths = pathsFrom(node(1), [node(1), node(2)]);
  const why = (said: Parameters<typeof triedPaths>[1]) => triedPaths(paths, said, 3).map((path) => path.why);

  it("work where the health check answers", () => {
    assert.deepEqual(why("10.0.2.1 HTTP/1.0 200 OK\r\n10.9.0.2 HTTP/1.0 200 OK\r\n"), ["", ""]);
  });

  it("say why not", () => {
    const refused =
      "probe: connect: No route to host\nprobe: line 4: /dev/tcp/10.0.2.1/4240: No route to host\n10.9.0.2 HTTP/1.1 404 Not Found";
    assert.deepEqual(why(refused), ["No route to host", "answers HTTP/1.1 404 Not Found"]);
    assert.deepEqual(why(""), ["no answer within 3 s", "no answer within 3 s"]);
    assert.deepEqual(why({ error: "pod not found" }), ["pod not found", "pod not found"]);
  });
});

describe("model: the probe itself, in bash", () => {
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) {
      server.close();
    }
  });

  /** Serves at an address of this machine, all on one port. */
  const listen = (server: Server, host: string, port: number) =>
    new Promise<number>((done) => {
      servers.push(server);
      server.listen(port, host, () => {
        done((server.address() as AddressInfo).port);
      });
    });

  it("asks by IPv6 too", async () => {
    const port = await listen(
      createHttpServer((_, response) => response.end()),
      "::1",
      0,
    );
    const { stdout } = await promisify(execFile)("bash", ["-c", PROBE_SCRIPT, "probe", String(port), "1", "::1"]);
    assert.match(stdout, /^::1 HTTP\/1\.\d 200 OK/);
  });

  it("tells what answers from what refuses and from what is silent, and is done when the time is up", async () => {
    const healthy = createHttpServer((request, response) => {
      response.statusCode = request.url === "/hello" ? 200 : 404;
      response.end();
    });
    const port = await listen(healthy, "127.0.0.1", 0);
    await listen(
      createServer((socket) => socket.unref()),
      "127.0.0.3",
      port,
    );
    const paths = ["127.0.0.1", "127.0.0.2", "127.0.0.3"].map((address): NodePath => ({
      kind: "endpoint",
      agent: "a",
      from: "here",
      to: address,
      address,
    }));
    const addresses = paths.flatMap(({ address }) => address ?? []);
    const { stdout } = await promisify(execFile)("bash", [
      "-c",
      PROBE_SCRIPT,
      "probe",
      String(port),
      "1",
      ...addresses,
    ]);
    assert.deepEqual(
      triedPaths(paths, stdout, 1).map(({ why }) => why),
      ["", "Connection refused", "no answer within 1 s"],
    );
  });
});
