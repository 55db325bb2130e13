import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "../results";
import { costChart } from "./chart";
import { report } from "./report";

/** Writes the report and its chart. */
export function writeReport(folder: string, results: Results): void {
  writeFileSync(join(folder, "README.md"), report(results));
  writeFileSync(join(folder, "cost.svg"), costChart(results.rows));
}
