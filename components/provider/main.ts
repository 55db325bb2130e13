import * as pulumi from "@pulumi/pulumi";
import { version } from "../../package.json";
import { MeshProvider } from "./provider";

/**
 * Serves the components to Pulumi's engine, which starts this as a plugin.
 *
 * @throws RunError where it is run as a program, which would register nothing and succeed: this is the package's `main`, for that is what Pulumi starts in
 * a plugin's folder.
 */
export = (): Promise<void> => {
  if (pulumi.runtime.hasMonitor()) {
    throw new pulumi.RunError(
      "this is the component provider of cilium-clustermesh, and no program; in a clone set main: start.cjs in Pulumi.yaml",
    );
  }
  return pulumi.provider.main(new MeshProvider(version), process.argv.slice(2));
};
