import assert from "node:assert/strict";
import { parsePingReport } from "../../../components/demo/model/demoVerdicts";
import { launchScript, runScript } from "../../support/command/runScript";
import { waitUntil } from "../../support/waitUntil";
import { demoWorld, type RunningWorld } from "../support/demo/demoWorld";
import { pingsInput } from "../support/demo/runDemoPings";
import { isRunning } from "../../support/isRunning";

const DATABASE = "10.60.1.5";
const STRANGER = "10.60.0.7";
const SILENT = ["cluster1/default/stranger", "cluster2/istio-space/stranger", "cluster2/default/employee"];
const DROP = `xx drop (Policy denied) flow 0x1 to endpoint 12, identity 1->2: ${STRANGER}:40001 -> ${DATABASE}:6379 tcp SYN`;

describe("the monitor in an agent's pod", () => {
  let world: RunningWorld | undefined;
  afterEach(async () => {
    await world?.remove();
    world = undefined;
  });

  const start = async (silent: readonly string[]) => {
    const pods = { "cluster1/default/protected-db": DATABASE, "cluster1/default/stranger": STRANGER };
    world = await demoWorld({ pods, silent, dropped: [DROP] });
    return { world, run: { script: "demo", verb: "after", input: pingsInput(60), env: world.env } };
  };

  it("gives its lines to the pings, and ends with them", async () => {
    const { world: running, run } = await start(SILENT);
    const { code, stdout, stderr } = await runScript(run);
    assert.equal(code, 0, stderr);
    assert.deepEqual(parsePingReport(stdout).drops, [`cluster1/default/stranger: ${DROP}`]);
    const monitors = await running.monitors();
    assert.deepEqual([monitors.length, monitors.filter(isRunning)], [1, []]);
  });

  it("ends when the command that pings is killed", async () => {
    // With every verdict wrong it pings on and on.
    const { world: running, run } = await start([]);
    const child = launchScript(run);
    child.stdin.end();
    await waitUntil("pings", 60, () => running.pinged());
    const monitors = await running.monitors();
    assert.ok(monitors.length === 1 && monitors.every(isRunning));
    child.kill("SIGKILL");
    await waitUntil("the end of the monitor", 60, () => !monitors.some(isRunning));
  });
});
