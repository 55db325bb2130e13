import { down } from "../../../lab";
import { PLUGIN_LAB } from "./lab";

/** Ends the lab that the first test file in need of it has started. With KEEP_LAB set it goes on running, for the next run. */
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout("2m");
    if (process.env["KEEP_LAB"] === undefined) {
      await down({ name: PLUGIN_LAB });
    }
  },
};
