import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { PEER_ROLE } from "../../../components/etcdUsers/model/etcdUsers";
import { createAuthority, issueLeaf, type LabCluster } from "../../../lab";
import { runScript, type Ended } from "../../support/command/runScript";
import {
  asRoot,
  disableEtcdAuth,
  enableEtcdAuth,
  etcdAccounts,
  type EtcdAccounts,
} from "../../support/etcdUsers/etcdAuth";
import { engine, labClusters } from "../support/engine";

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** How the command is run where it is not as usual. */
interface Otherwise {
  readonly endpoints?: readonly string[];
  readonly ca?: string;
  readonly pair?: Pair;
  readonly lost?: boolean;
  /** What it has printed before. */
  readonly printed?: string;
}

describe("the command that manages an etcd's users", function () {
  this.timeout("2m");
  let cluster: LabCluster;
  let other: LabCluster;
  let etcdctl: string;
  let found: EtcdAccounts;
  let authority: Pair;

  const accounts = () => etcdAccounts(etcdctl, cluster);
  const root = (...args: readonly string[]) => asRoot(etcdctl, cluster, args);

  async function run(verb: string, users: readonly string[], otherwise: Otherwise = {}): Promise<Ended> {
    const { endpoints = [cluster.ciliumEtcd.dialEndpoint], ca = authority.cert, lost = false, printed } = otherwise;
    const pair = otherwise.pair ?? (await issueLeaf(authority, { commonName: "root", usages: ["client"] }));
    const secrets = { "etcd.ca": ca, "etcd.certificate": pair.cert, "etcd.privateKey": pair.key };
    return runScript({
      script: "etcdUsers",
      verb,
      input: { cluster: cluster.name, endpoints, users, lost },
      env: { ...process.env, ...(printed === undefined ? {} : { PULUMI_COMMAND_STDOUT: printed }) },
      stdin: JSON.stringify(secrets),
    });
  }
  async function well(verb: string, users: readonly string[], otherwise: Otherwise = {}): Promise<Ended> {
    const ended = await run(verb, users, otherwise);
    assert.equal(ended.code, 0, ended.stderr);
    return ended;
  }
  async function refused(otherwise: Otherwise): Promise<string> {
    const { code, stdout, stderr } = await run("grant", ["remote-west"], otherwise);
    assert.equal(code, 1, stdout);
    assert.equal(stdout, "");
    assert.ok(stderr.includes(`cluster "${cluster.name}": etcd "https://`), stderr);
    return stderr;
  }

  before(async () => {
    etcdctl = (await engine()).lab.bin.etcdctl;
    const [first, second] = await labClusters(2);
    assert.ok(first && second);
    [cluster, other] = [first, second];
    found = accounts();
    const { caFile, caKeyFile } = cluster.ciliumEtcd;
    authority = { cert: await readFile(caFile, "utf8"), key: await readFile(caKeyFile, "utf8") };
  });

  afterEach(async () => {
    disableEtcdAuth(etcdctl, cluster);
    await well("revoke", ["remote-west", "remote-north", "remote-south"]);
    assert.deepEqual(accounts(), found);
  });

  it("gives a user to who joins, and takes it from who leaves", async () => {
    const first = await well("grant", ["remote-north", "remote-west"]);
    assert.deepEqual(accounts().users, { "remote-north": [PEER_ROLE], "remote-west": [PEER_ROLE] });
    assert.deepEqual(JSON.parse(first.stdout), { auth: "off", users: ["remote-north", "remote-west"] });
    await well("grant", ["remote-south", "remote-west"], { printed: first.stdout });
    assert.deepEqual(accounts().users, { "remote-south": [PEER_ROLE], "remote-west": [PEER_ROLE] });
  });

  it("writes nothing where all is as it has to be", async () => {
    enableEtcdAuth(etcdctl, cluster);
    const { stdout } = await well("grant", ["remote-west"]);
    assert.deepEqual(JSON.parse(stdout), { auth: "enforced", users: ["remote-west"] });
    const before = accounts();
    const proposed = () =>
      (JSON.parse(root("endpoint", "status", "--write-out=json")) as RaftStatus)[0].Status.raftAppliedIndex;
    const index = proposed();
    const again = await well("grant", ["remote-west"], { printed: stdout });
    // etcd agrees on what it says of users as on what it writes: the role, the list, and each of root and remote-west.
    assert.equal(proposed() - index, 1 + 1 + 2);
    assert.deepEqual([again.stdout, again.stderr, accounts()], [stdout, "", before]);
  });

  it("removes what is left of it, again and again, and nothing that has another role", async () => {
    const { stdout } = await well("grant", ["remote-north", "remote-west"]);
    root("role", "add", "ops");
    root("user", "grant-role", "remote-west", "ops");
    root("user", "delete", "remote-north");
    for (const printed of [stdout, ""]) {
      await well("revoke", ["remote-north", "remote-west"], { printed });
      assert.deepEqual(accounts().users, { "remote-west": ["ops"] });
      assert.deepEqual(Object.keys(accounts().roles), ["ops"]);
    }
    root("role", "delete", "ops");
  });

  it("contacts no lost cluster, and remembers who had a user", async () => {
    const lost = { lost: true, endpoints: ["https://127.0.0.1:1"], printed: '{"auth":"off","users":["remote-west"]}' };
    assert.deepEqual(JSON.parse((await well("grant", [], lost)).stdout), { auth: "unasked", users: ["remote-west"] });
    const { stderr } = await well("revoke", [], lost);
    assert.match(stderr, /role clustermesh-peer and its users stay in its etcd: remote-west/);
  });

  it("takes whichever endpoint answers, and waits for none that does not", async () => {
    const silent = await silentServer();
    try {
      const endpoints = [silent.url, cluster.ciliumEtcd.dialEndpoint];
      const begin = Date.now();
      await well("grant", ["remote-west"], { endpoints });
      const tookMs = Date.now() - begin;
      assert.deepEqual(accounts().users, { "remote-west": [PEER_ROLE] });
      assert.match(await refused({ endpoints: [silent.url] }), /does not answer in time; start it, or/);
      assert.ok(tookMs < Date.now() - begin - tookMs, "the endpoint that is silent was waited for");
    } finally {
      silent.server.close();
    }
  });

  it("refuses an etcd in which an API server keeps its objects, and makes no user there", async () => {
    enableEtcdAuth(etcdctl, cluster);
    for (const prefix of ["/registry/", "/kubernetes.io/"]) {
      const key = `${prefix}secrets/default/x`;
      root("put", key, "x");
      assert.ok((await refused({})).includes(`has keys under ${prefix}: an API server keeps its objects there; give`));
      root("del", key);
      assert.deepEqual(accounts().users, { root: ["root"] });
    }
    root("put", "/registryother", "x");
    await well("grant", ["remote-west"]);
    root("del", "/registryother");
  });

  it("says whose certificate is wrong", async () => {
    const foreign = await createAuthority("another");
    const stranger = await issueLeaf(foreign, { commonName: "root", usages: ["client"] });
    assert.match(await refused({ pair: stranger }), /; it refuses this mesh's certificate for root/);
    assert.match(await refused({ ca: foreign.cert }), /; its certificate is not of the authority/);
    const { hostname, port } = new URL(cluster.ciliumEtcd.dialEndpoint);
    const elsewhere = hostname.replace(/\d+$/, "77");
    const server = await forwardTo(hostname, Number(port), elsewhere);
    try {
      const endpoints = [`https://${elsewhere}:${String((server.address() as AddressInfo).port)}`];
      assert.match(await refused({ endpoints }), /; its certificate does not carry this address/);
    } finally {
      server.close();
    }
    assert.deepEqual(accounts(), found);
  });

  it("says that authentication needs its user where it is enabled without", async () => {
    enableEtcdAuth(etcdctl, cluster);
    const nobody = await issueLeaf(authority, { commonName: "nobody", usages: ["client"] });
    assert.match(await refused({ pair: nobody }), /(user name not found|permission denied).*user grant-role root root/);
  });

  it("touches no etcd but the one that it is given", () => {
    assert.deepEqual(etcdAccounts(etcdctl, other), { users: {}, roles: {} });
  });
});

type RaftStatus = readonly [{ readonly Status: { readonly raftAppliedIndex: number } }];

/** A server that takes connections and says nothing. */
async function silentServer(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = await listening(createServer(), "127.0.0.1");
  return { url: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`, server };
}

/** The same etcd under an address that its certificate does not carry. */
function forwardTo(host: string, port: number, address: string): Promise<Server> {
  const server = createServer((from) => {
    const to = connect(port, host);
    from.pipe(to).pipe(from);
    const end = () => {
      from.destroy();
      to.destroy();
    };
    from.on("error", end);
    to.on("error", end);
  });
  return listening(server, address);
}

function listening(server: Server, address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, address, () => {
      resolve(server);
    });
  });
}
