import assert from "node:assert/strict";
import { membersOf } from "../../../../components/preflight/knownMesh";
import fc from "fast-check";
import {
  errors,
  formatDiagnostic,
  formatDiagnostics,
  type Diagnostic,
} from "../../../../components/mesh/model/diagnostic";
import { caScope } from "../../../../components/certificates/caSource";
import { judgeSigning } from "../../../../components/preflight/judgeSigning";
import { readConfiguration } from "../../../../stacks/configuration/configuration";
import { checkOnPaper } from "../../../../stacks/program/onPaper";
import { NOW } from "../certificates/ca";
import { disturbedTexts, junkTexts } from "../junk";
import { texts } from "./configuration";
import { faults, type ExpectedLine, type Fault } from "./faults";
import { keyLines, stackAuthorities, type StackAuthorities } from "./stackAuthorities";
import { drafts, KUBECONFIG_MARK, valuesOf, type Draft } from "./stackDrafts";

/** How many configurations of each sort are made up. */
export interface BadInputRuns {
  readonly valid: number;
  readonly faulty: number;
  readonly disturbed: number;
  readonly junk: number;
}

const PROTOTYPES = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
const polluted = () => PROTOTYPES.flatMap((each) => Reflect.ownKeys(each).map(String));

/** Good, faulty, disturbed and senseless configurations, as a suite. */
export function describeBadInput(runs: BadInputRuns): void {
  describe("stacks: bad input", function () {
    this.timeout("5m");
    let minted: StackAuthorities;
    let hidden: readonly string[];
    let count = 0;
    const natural = polluted();

    before(async () => {
      minted = await stackAuthorities();
      const all = [...minted.good, minted.leaf, minted.expired, minted.notYet];
      hidden = [KUBECONFIG_MARK, "PRIVATE KEY", ...all.flatMap(keyLines)];
    });

    after(() => {
      process.stderr.write(`    bad input: ${String(count)} configurations\n`);
      const asked = runs.valid + runs.faulty + runs.disturbed + runs.junk;
      assert.ok(count >= asked, `${String(count)} of ${String(asked)} configurations`);
    });

    /** Everything that is wrong with a stack, as a run of the program would have it; every line is fit to be shown. */
    function judge(values: Readonly<Record<string, string>>): readonly Diagnostic[] {
      count++;
      const read = readConfiguration(values);
      const { diagnostics: onPaper, environment } = checkOnPaper(read, NOW);
      const signing =
        read.readable === undefined || environment === undefined
          ? []
          : judgeSigning(read.readable, membersOf(read.readable), caScope(environment.authority), NOW);
      const diagnostics = [...onPaper, ...signing];
      const problems = errors(diagnostics);
      assert.ok(problems.length > 0 || environment !== undefined, "neither problems nor an environment");
      for (const each of diagnostics) {
        const line = formatDiagnostic(each);
        assert.doesNotMatch(line, /[\p{C}\p{Zl}\p{Zp}]/u);
        assert.ok(line.length < 2000, `${String(line.length)} characters`);
        assert.ok(!hidden.some((secret) => line.includes(secret)), line);
      }
      return problems;
    }

    it("is told from good input, which has no problem", () => {
      fc.assert(
        fc.property(drafts(minted.good), (draft) => {
          assert.deepEqual(judge(texts(valuesOf(draft))).map(formatDiagnostic), []);
        }),
        { numRuns: runs.valid },
      );
    });

    /** Puts up to three faults into clusters of their own. */
    function put(
      draft: Draft,
      some: readonly Fault[],
    ): { readonly draft: Draft; readonly lines: readonly ExpectedLine[] } {
      const other = draft.clusters.at(-1);
      assert.ok(other);
      const taken = new Set<string>();
      let faulty = { draft, lines: [] as readonly ExpectedLine[] };
      for (const fault of some) {
        const next =
          taken.has(fault.about) || taken.size === 3 ? undefined : fault.put(faulty.draft, taken.size, other);
        if (next !== undefined) {
          taken.add(fault.about);
          faulty = { draft: next.draft, lines: [...faulty.lines, ...next.lines] };
        }
      }
      return faulty;
    }

    const meets = ({ cluster, property, reason }: Diagnostic, line: ExpectedLine) =>
      (line.clusters === undefined ? cluster === undefined : line.clusters.includes(cluster ?? "")) &&
      line.property.split("|").some((each) => property === each || /^[.[]/.test(property.replace(each, ""))) &&
      line.reason.test(reason);

    it("has one line for each fault, at its place, and no other", () => {
      const all = faults(minted);
      const some = fc.array(fc.constantFrom(...all), { minLength: 1, maxLength: 3 });
      const good = drafts(minted.good, 4);
      // Each once by itself, for chance would leave one out every few runs; the rest is mixed.
      const examples = fc
        .sample(good, all.length)
        .map((draft, index): [Draft, Fault[]] => [draft, all.slice(index, index + 1)]);
      const seen = new Set<string>();
      fc.assert(
        fc.property(good, some, (draft, chosen) => {
          const faulty = put(draft, chosen);
          const problems = judge(texts(valuesOf(faulty.draft)));
          const shown = `${chosen.map(({ name }) => name).join("; ")}:\n${problems.map(formatDiagnostic).join("\n")}`;
          assert.equal(problems.length, faulty.lines.length, shown);
          for (const line of faulty.lines) {
            const found = problems.filter((problem) => meets(problem, line));
            assert.equal(found.length, 1, `${JSON.stringify(line)} ${String(line.reason)} in\n${shown}`);
          }
          chosen.forEach(({ name }) => seen.add(name));
        }),
        { numRuns: runs.faulty, examples },
      );
      const unseen = all.filter(({ name }) => !seen.has(name));
      assert.deepEqual(
        unseen.map(({ name }) => name),
        [],
      );
    });

    it("may be anything, anywhere in good input", () => {
      fc.assert(
        fc.property(disturbedTexts(drafts(minted.good)), (values) => {
          const problems = judge(values);
          assert.equal(formatDiagnostics("x", problems).split("\n").length, problems.length + 1);
        }),
        { numRuns: runs.disturbed },
      );
      assert.deepEqual(polluted(), natural);
    });

    it("may be nothing but junk", () => {
      fc.assert(
        fc.property(junkTexts, (values) => {
          judge(values);
        }),
        { numRuns: runs.junk },
      );
      assert.deepEqual(polluted(), natural);
    });
  });
}
