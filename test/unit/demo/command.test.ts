import assert from "node:assert/strict";
import { parsePingReport, verdictTable } from "../../../components/demo/model/demoVerdicts";
import { CLUSTER_IP, DemoInMemory, type DemoWorld } from "../support/demo/demoInMemory";
import { PLACES } from "../support/demo/runDemoPings";

const DATABASE = "10.60.1.5";
const STRANGER = "10.60.0.7";
const PODS = {
  "cluster1/default/protected-db": DATABASE,
  "cluster1/default/stranger": STRANGER,
  "cluster2/istio-space/stranger": "10.70.0.8",
  "cluster2/default/employee": "10.70.0.9",
};

const to = (client: string, address: string) => `${client} ${address}`;
/** Whom the policy keeps out, by all their ways to the database. */
const KEPT_OUT = [
  to("cluster1/default/stranger", DATABASE),
  ...["cluster2/istio-space/stranger", "cluster2/default/employee"].flatMap((client) => [
    to(client, DATABASE),
    to(client, CLUSTER_IP),
  ]),
];
const ENFORCED = Object.fromEntries(KEPT_OUT.map((way) => [way, ["silence"] as const]));

const drop = (from: string) =>
  `xx drop (Policy denied) flow 0x1 to endpoint 12, ifindex 9, file bpf_lxc.c:2158, , identity 1->2: ${from}:40001 -> ${DATABASE}:6379 tcp SYN`;

describe("the command that pings the demo's database", () => {
  let world: DemoInMemory | undefined;

  const start = (over: Partial<DemoWorld> = {}) => (world = new DemoInMemory({ pods: PODS, ...over }));

  afterEach(() => {
    assert.equal(world?.monitors.running, 0, "no monitor is left in an agent's pod");
  });

  it("pings from every client, by the pod's address and through the Service, each with a limit in the pod", async () => {
    const { code, stdout, stderr } = await start().run("before");
    assert.equal(code, 0, stderr);
    const report = parsePingReport(stdout);
    const expected = verdictTable(PLACES).map(({ client, path, expectedBefore: seen }) => ({ client, path, seen }));
    assert.deepEqual(report, { pings: expected, drops: [] });
    const sent = world?.pinged() ?? [];
    const redis = (address: string) => `timeout 3 redis-cli -h ${address} -p 6379 ping`;
    assert.equal(sent.length, 8);
    assert.ok(sent.includes(`cluster1/default/stranger-0 stranger: ${redis(DATABASE)}`));
    assert.ok(sent.includes(`cluster2/istio-space/employee-0 employee: ${redis(CLUSTER_IP)}`));
  });

  it("pings nothing where a kubeconfig leads to another cluster than the one that joined", async () => {
    const running = start();
    const { code, stderr } = await running.run("before", "", 0, { cluster1: "uid-of-cluster1", cluster2: "x" });
    assert.equal(code, 1);
    assert.match(stderr, /cluster "cluster2": kube-system uid "uid-of-cluster2" is not "x"/);
    assert.deepEqual(world?.pinged(), []);
    const same = { cluster1: "uid-of-cluster1", cluster2: "uid-of-cluster2" };
    assert.equal((await running.run("before", "", 0, same)).code, 0);
  });

  it("prints the verdicts with the policy in place, and the drops of those that it kept out", async () => {
    const dropped = [drop("10.60.0.66"), drop(STRANGER), drop(STRANGER), drop("10.70.0.9")];
    const { code, stdout, stderr } = await start({ policy: true, answers: ENFORCED, dropped }).run("after");
    assert.equal(code, 0, stderr);
    const { pings, drops } = parsePingReport(stdout);
    const expected = verdictTable(PLACES).map(({ client, path, expectedAfter: seen }) => ({ client, path, seen }));
    assert.deepEqual(pings, expected);
    assert.deepEqual(drops, [
      `cluster1/default/stranger: ${drop(STRANGER)}`,
      `cluster2/default/employee: ${drop("10.70.0.9")}`,
    ]);
  });

  it("listens to the agent on the database's node, named as Cilium's objects are", async () => {
    await start({ policy: true, answers: ENFORCED }).run("after");
    const { calls = [] } = world?.clusters.get("cluster1") ?? {};
    const monitor = calls.findIndex((call) => call.do === "startExec");
    assert.deepEqual(calls[monitor]?.args[0], {
      ...{ namespace: "kube-system", pod: "cilium-cluster1", container: "cilium-agent" },
    });
    const first = calls.findIndex((call) => call.do === "execOnce");
    assert.ok(monitor < first, "the monitor comes before the pings");
    assert.equal(world?.monitors.started, 1);
  });

  it("repeats the whole round until every verdict of it is as expected", async () => {
    const late = { ...ENFORCED, [to("cluster1/default/stranger", DATABASE)]: ["pong", "silence of busybox"] as const };
    const firstRound = { policy: true, answers: late, dropped: [drop("10.70.0.9")] };
    const { code, stdout, stderr } = await start(firstRound).run("after", "", 60);
    assert.equal(code, 0, stderr);
    const { pings, drops } = parsePingReport(stdout);
    assert.equal(pings[1]?.seen, "no answer");
    assert.deepEqual(drops, [], "what was dropped in a round that did not count is no evidence");
    assert.equal(world?.pinged().length, 16);
  });

  it("fails with every wrong ping, the rule it breaks, and the drop log of the database's node", async () => {
    const answers = {
      ...ENFORCED,
      [to("cluster1/default/stranger", DATABASE)]: ["pong"] as const,
      [to("cluster2/istio-space/employee", CLUSTER_IP)]: ["silence"] as const,
      [to("cluster2/default/employee", DATABASE)]: ["refused"] as const,
      [to("cluster2/default/employee", CLUSTER_IP)]: ["no such pod"] as const,
      [to("cluster2/istio-space/stranger", DATABASE)]: ["noauth"] as const,
    };
    const dropped = [drop("10.70.0.5")];
    const { code, stdout, stderr } = await start({ policy: true, answers, dropped }).run("after");
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /pings after the policy are not as expected after 0 s \(5 problems\):/);
    for (const said of [
      /pinged from cluster1\/default\/stranger by pod IP after the policy: expected no answer, saw PONG; policy \S+ does not list stranger/,
      /from cluster2\/istio-space\/employee by ClusterIP after the policy: expected PONG, saw no answer; policy \S+ lists employee/,
      /from cluster2\/default\/employee by pod IP .* saw another answer \(Could not connect to Redis at 10\.60\.1\.5:6379: Connection refused\)/,
      /from cluster2\/default\/employee by ClusterIP .* saw not pinged \(Error from server \(NotFound\): pods "employee-0" not found\)/,
      /from cluster2\/istio-space\/stranger by pod IP .* saw another answer \(NOAUTH Authentication required\.\)/,
    ]) {
      assert.match(stderr, said);
    }
    assert.ok(
      stderr.includes(
        `--- agent cilium-cluster1 on node node-of-cluster1: cilium-dbg monitor --type drop\n| ${drop("10.70.0.5")}\n`,
      ),
      stderr,
    );
  });

  it("blames mesh and routes where a client gets no answer before the policy", async () => {
    const answers = { [to("cluster2/istio-space/employee", DATABASE)]: ["silence"] as const };
    const { code, stderr } = await start({ answers }).run("before");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /employee by pod IP before the policy: expected PONG, saw no answer; before the policy everybody reaches/,
    );
    assert.match(stderr, /check the mesh, the routes and other policies/);
  });

  it("does without a drop log where there is none to be had, and says so", async () => {
    for (const [monitor, why] of [
      ["fails", /Cannot open monitor socket/],
      ["no agent", /no agent \(kube-system, daemonset\/cilium\) runs on node node-of-cluster1/],
    ] as const) {
      const { code, stdout, stderr } = await start({ policy: true, answers: ENFORCED, monitor }).run("after");
      assert.equal(code, 0, stderr);
      const { drops } = parsePingReport(stdout);
      assert.equal(drops.length, 1);
      assert.match(drops[0] ?? "", why);
    }
    const { code, stderr } = await start({ policy: true, monitor: "no agent" }).run("after");
    assert.equal(code, 1);
    assert.match(stderr, /--- no drop log: no agent/);
  });

  it("pings nobody without an address of the database, and takes no such ping for one without an answer", async () => {
    const { code, stderr } = await start({ policy: true, answers: ENFORCED, pods: {} }).run("after");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /stranger by pod IP .* saw not pinged \(pod protected-db-0 of cluster1\/default has no address yet\)/,
    );
    assert.match(stderr, /--- no drop log: the node of protected-db is not known/);
  });

  it("keeps what was seen before the policy once that is there, and pings nobody again", async () => {
    const previous = JSON.stringify({ pings: [{ client: "a", path: "pod IP", seen: "PONG" }], drops: [] });
    const kept = await start({ policy: true, answers: ENFORCED }).run("before", previous);
    assert.deepEqual([kept.code, kept.stdout], [0, previous], kept.stderr);
    assert.deepEqual(world?.pinged(), []);
    const older = await start({ policy: true, answers: ENFORCED }).run("before");
    assert.deepEqual([older.code, parsePingReport(older.stdout)], [0, { pings: [], drops: [] }], older.stderr);
  });
});
