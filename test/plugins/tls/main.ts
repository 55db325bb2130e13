import { serve } from "../shared/server";
import { version } from "../shared/version";
import { TlsProvider } from "./provider";

serve(new TlsProvider(), version());
