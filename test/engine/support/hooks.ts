import { startEngine, stopEngine } from "./engine";
import { endLab, endLabs } from "./labs";

/** Whether a test of it has failed, or was not run because a hook has. */
const hasFailed = ({ tests, suites }: Mocha.Suite): boolean =>
  tests.some((test) => !test.isPassed() && !test.isPending()) || suites.some(hasFailed);

/** Starting is slow and no test: it has a hook of its own, which a cold cache may keep busy for half an hour. In a parallel run: for each file. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    this.timeout("40m");
    const isLong = this.test?.parent?.suites.some(({ file }) => file?.endsWith(".long.test.ts") === true) === true;
    await startEngine(isLong ? "administrator" : "deployer");
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout("2m");
    await stopEngine();
    // What it has left in its clusters would have the files after it fail, too.
    if (this.test?.parent !== undefined && hasFailed(this.test.parent)) await endLab();
  },
};

/** Runs once, in the process that started the workers of a parallel run. */
export async function mochaGlobalTeardown(): Promise<void> {
  await endLabs();
}
