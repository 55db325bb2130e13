import { serve } from "../shared/server";
import { version } from "../shared/version";
import { CommandProvider } from "./provider";

serve(new CommandProvider(), version());
