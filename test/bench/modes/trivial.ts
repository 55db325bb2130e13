import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { planOf } from "../trivial/plan";
import { MESH } from "./mesh";
import { MeasuredStack } from "./measuredStack";
import type { Bench, Mode, Task } from "./mode";

/** A program with nothing to it. */
export const TRIVIAL = "trivial";

/** How many resources of each type the mesh of that size has. */
function typesOf(bench: Bench, task: Task): Readonly<Record<string, number>> | undefined {
  return bench
    .rows()
    .find(
      ({ mode, clusters, types, checkpoints }) =>
        mode === MESH && clusters === task.clusters && checkpoints === task.checkpoints && types !== undefined,
    )?.types;
}

/** What a user's TypeScript program has for Pulumi's own compiler; checking the SDK's types would take longer than a preview. */
const TSCONFIG = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    moduleResolution: "nodenext",
    esModuleInterop: true,
    noCheck: true,
  },
};

/** Has Pulumi run the checkout's index.ts itself, and not the mesh's built program. */
async function runSources(dir: string): Promise<void> {
  const file = join(dir, "Pulumi.yaml");
  const project = (await readFile(file, "utf8"))
    .replace(/^main: .*$/m, "")
    .replace(/^runtime: .*$/m, "runtime: nodejs");
  await writeFile(file, project);
  await writeFile(join(dir, "tsconfig.json"), JSON.stringify(TSCONFIG));
}

async function run(bench: Bench, task: Task): Promise<void> {
  const types = typesOf(bench, task);
  if (types === undefined) {
    bench.say(`a mesh of ${task.clusters} clusters has to be measured first: nothing says how many resources it has`);
    return;
  }
  const clusters = await bench.world.clusters(task.clusters);
  const measured = await MeasuredStack.make(bench, TRIVIAL, task, clusters);
  try {
    const { dir } = measured.workstation.checkout;
    await rm(join(dir, "components"), { recursive: true });
    await Promise.all(
      ["index.ts", "plan.ts"].map((file) => cp(join(__dirname, "..", "trivial", file), join(dir, file))),
    );
    await runSources(dir);
    const contexts = clusters.map(({ name }) => name);
    await writeFile(join(dir, "plan.json"), JSON.stringify(planOf(types, contexts)));
    await measured.stack.init({});
    await measured.measure("preview", "preview");
    await measured.measure("first up", "up");
    await measured.measure("no-op up", "up");
    await measured.measure("destroy", "destroy");
  } catch (error) {
    await bench.world.renew(clusters);
    throw error;
  } finally {
    await measured.workstation.remove();
  }
}

/** A trivial program of as many resources: what Pulumi itself takes. */
export const trivial: Mode = { name: TRIVIAL, worldSize: (clusters) => clusters, run };
