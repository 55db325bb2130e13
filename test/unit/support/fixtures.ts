import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A recorded document under `test/fixtures/`. */
export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, "..", "..", "fixtures", `${name}.json`), "utf8"));
}

/** The text of `cilium-dbg status -o json` of an agent that says this of its mesh; `undefined` for an agent without any. */
export function agentStatusJson(clusterMesh: string | undefined): string {
  const agent = fixture("status/agent") as object;
  return JSON.stringify(
    clusterMesh === undefined ? agent : { ...agent, "cluster-mesh": fixture(`status/${clusterMesh}`) },
  );
}

/** A recorded text under `test/fixtures/`, by its whole name. */
export function textFixture(name: string): string {
  return readFileSync(join(__dirname, "..", "..", "fixtures", name), "utf8");
}
