import { serve } from "../shared/server";
import { version } from "../shared/version";
import { KubernetesProvider } from "./provider";

serve(new KubernetesProvider(), version());
