import * as pulumi from "@pulumi/pulumi";
import { version } from "../../package.json";
import { MeshProvider } from "./provider";

/** Serves the components to Pulumi's engine, which starts this as a plugin. */
export = (): Promise<void> => pulumi.provider.main(new MeshProvider(version), process.argv.slice(2));
