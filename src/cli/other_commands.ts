/** Every verb that does one thing and ends. */
import type { Command } from "commander";
import { addCompareCommands } from "./compare_commands.ts";
import type { CliContext } from "./context.ts";
import { addDatabaseCommands } from "./database_commands.ts";
import { addDeadLetterCommands } from "./dead_letter_commands.ts";
import { addDoctorCommand } from "./doctor_command.ts";
import { addEntityCommands } from "./entity_commands.ts";
import { addFormatCommands } from "./format_commands.ts";
import { addImportCommands } from "./import_commands.ts";
import { addJobCommands } from "./job_commands.ts";
import { addLaneCommands } from "./lane_commands.ts";
import { addMachineCommands } from "./machine_commands.ts";
import { addPublishCommands } from "./publish_commands.ts";
import { addRenderCommands } from "./render_commands.ts";
import { addResetCommands } from "./reset_commands.ts";
import { addScheduleCommands } from "./schedule_commands.ts";
import { addSimulationCommands } from "./simulation_commands.ts";

export function addOtherCommands(program: Command, context: CliContext): void {
  addMachineCommands(program, context);
  addRenderCommands(program, context);
  addImportCommands(program, context);
  addCompareCommands(program, context);
  addFormatCommands(program, context);
  addSimulationCommands(program, context);
  addPublishCommands(program, context);
  addEntityCommands(program, context);
  addLaneCommands(program, context);
  addDoctorCommand(program, context);
  addDeadLetterCommands(program, context);
  addJobCommands(program, context);
  addScheduleCommands(program, context);
  addResetCommands(addDatabaseCommands(program, context), context);
}
