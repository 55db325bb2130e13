import assert from "node:assert/strict";
import { parsePingReport, verdictTable } from "../../../components/demo/model/demoVerdicts";
import { waitUntil } from "../../support/waitUntil";
import { CLUSTER_IP, demoWorld, type DemoWorld, type RunningWorld } from "../support/demo/demoWorld";
import { isRunning, launch, PLACES, run } from "../support/demo/runDemoPings";

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
  let world: RunningWorld | undefined;

  const start = async (over: Partial<DemoWorld> = {}) => (world = await demoWorld({ pods: PODS, ...over }));

  const calls = async () => (await world?.calls()) ?? [];
  const pinged = async () => (await calls()).filter((args) => args.includes("redis-cli"));

  afterEach(async () => {
    const monitors = (await world?.monitors()) ?? [];
    assert.deepEqual(monitors.filter(isRunning), [], "no monitor is left in an agent's pod");
    await world?.remove();
    world = undefined;
  });

  it("pings from every client, by the pod's address and through the Service, each with a limit in the pod", async () => {
    const { code, stdout, stderr } = await run(await start(), "before");
    assert.equal(code, 0, stderr);
    const report = parsePingReport(stdout);
    const expected = verdictTable(PLACES).map(({ client, path, expectedBefore: seen }) => ({ client, path, seen }));
    assert.deepEqual(report, { pings: expected, drops: [] });
    const sent = (await pinged()).map((args) => args.join(" "));
    const redis = (address: string) => `timeout 3 redis-cli -h ${address} -p 6379 ping`;
    assert.equal(sent.length, 8);
    assert.ok(sent.includes(`--context=cluster1 exec -n default stranger-0 -c stranger -- ${redis(DATABASE)}`));
    assert.ok(sent.includes(`--context=cluster2 exec -n istio-space employee-0 -c employee -- ${redis(CLUSTER_IP)}`));
  });

  it("pings nothing where a kubeconfig leads to another cluster than the one that joined", async () => {
    const running = await start();
    const { code, stderr } = await run(running, "before", undefined, 0, { cluster1: "uid-of-cluster1", cluster2: "x" });
    assert.equal(code, 1);
    assert.match(stderr, /cluster "cluster2": kube-system uid "uid-of-cluster2" is not "x"/);
    assert.deepEqual(await pinged(), []);
    const same = { cluster1: "uid-of-cluster1", cluster2: "uid-of-cluster2" };
    assert.equal((await run(running, "before", undefined, 0, same)).code, 0);
  });

  it("prints the verdicts with the policy in place, and the drops of those that it kept out", async () => {
    const dropped = [drop("10.60.0.66"), drop(STRANGER), drop(STRANGER), drop("10.70.0.9")];
    const { code, stdout, stderr } = await run(await start({ policy: true, answers: ENFORCED, dropped }), "after");
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
    await run(await start({ policy: true, answers: ENFORCED }), "after");
    const made = await calls();
    const [monitor] = made.filter((args) => args.includes("-i"));
    assert.deepEqual(
      monitor?.slice(0, 9),
      "--context=cluster1 exec -i -n kube-system cilium-cluster1 -c cilium-agent --".split(" "),
    );
    const first = made.findIndex((args) => args.includes("redis-cli"));
    assert.ok(made.indexOf(monitor) < first, "the monitor comes before the pings");
    assert.equal((await world?.monitors())?.length, 1);
  });

  it("repeats the whole round until every verdict of it is as expected", async () => {
    const late = { ...ENFORCED, [to("cluster1/default/stranger", DATABASE)]: ["pong", "silence of busybox"] as const };
    const firstRound = { policy: true, answers: late, dropped: [drop("10.70.0.9")] };
    const { code, stdout, stderr } = await run(await start(firstRound), "after", undefined, 60);
    assert.equal(code, 0, stderr);
    const { pings, drops } = parsePingReport(stdout);
    assert.equal(pings[1]?.seen, "no answer");
    assert.deepEqual(drops, [], "what was dropped in a round that did not count is no evidence");
    assert.equal((await pinged()).length, 16);
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
    const { code, stdout, stderr } = await run(
      await start({ policy: true, answers, dropped: [drop("10.70.0.5")] }),
      "after",
    );
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
    const { code, stderr } = await run(await start({ answers }), "before");
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
      ["no agent", /no agent \(kube-system, k8s-app=cilium\) runs on node node-of-cluster1/],
    ] as const) {
      const { code, stdout, stderr } = await run(await start({ policy: true, answers: ENFORCED, monitor }), "after");
      assert.equal(code, 0, stderr);
      const { drops } = parsePingReport(stdout);
      assert.equal(drops.length, 1);
      assert.match(drops[0] ?? "", why);
      await world?.remove();
    }
    const { code, stderr } = await run(await start({ policy: true, monitor: "no agent" }), "after");
    assert.equal(code, 1);
    assert.match(stderr, /--- no drop log: no agent/);
  });

  it("leaves no monitor behind when it is killed", async () => {
    const running = await start({ policy: true });
    const child = launch(running, "after", undefined, 60);
    child.stdin.end();
    await waitUntil("pings", 60, async () => (await pinged()).length > 0);
    const monitors = await running.monitors();
    assert.ok(monitors.length === 1 && monitors.every(isRunning));
    child.kill("SIGKILL");
    await waitUntil("the end of the monitor", 60, () => Promise.resolve(!monitors.some(isRunning)));
  });

  it("pings nobody without an address of the database, and takes no such ping for one without an answer", async () => {
    const { code, stderr } = await run(await start({ policy: true, answers: ENFORCED, pods: {} }), "after");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /stranger by pod IP .* saw not pinged \(pod protected-db-0 of cluster1\/default has no address yet\)/,
    );
    assert.match(stderr, /--- no drop log: the node of protected-db is not known/);
  });

  it("keeps what was seen before the policy once that is there, and pings nobody again", async () => {
    const previous = JSON.stringify({ pings: [{ client: "a", path: "pod IP", seen: "PONG" }], drops: [] });
    const kept = await run(await start({ policy: true, answers: ENFORCED }), "before", previous);
    assert.deepEqual([kept.code, kept.stdout], [0, previous], kept.stderr);
    assert.deepEqual(await pinged(), []);
    await world?.remove();
    const older = await run(await start({ policy: true, answers: ENFORCED }), "before");
    assert.deepEqual([older.code, parsePingReport(older.stdout)], [0, { pings: [], drops: [] }], older.stderr);
  });
});
