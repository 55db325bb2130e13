import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** For a `describe`: a folder of each test's own, which is removed after it. */
export function testFolder(): () => string {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "clustermesh-test-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return () => folder;
}

type Variables = Readonly<Record<string, string | undefined>>;

function setVariables(variables: Variables): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

/** For a `describe`: variables of this process that each of its tests has, and that are as before after it. */
export function testVariables(variables: () => Variables): void {
  let before: Variables = {};
  beforeEach(() => {
    const given = variables();
    before = Object.fromEntries(Object.keys(given).map((name) => [name, process.env[name]]));
    setVariables(given);
  });
  afterEach(() => {
    setVariables(before);
  });
}
