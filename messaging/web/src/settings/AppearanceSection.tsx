import type { JSX } from "preact";
import { t } from "../i18n/t.ts";
import { me } from "../people/store.ts";
import { prefer } from "./actions.ts";
import { Choice } from "./Choice.tsx";

/** Colours, density and size; each choice is seen at once, on all of the person's devices. */
export function AppearanceSection(): JSX.Element {
  const chosen = me.value?.preferences;
  return (
    <div class="settings-form">
      <Choice
        legend={t("Colours")}
        value={chosen?.theme}
        options={[
          ["system", t("Same as the device")],
          ["light", t("Light")],
          ["dark", t("Dark")],
          ["contrast", t("High contrast"), t("Black, white and strong lines")],
        ]}
        onChoose={(theme) => void prefer({ theme })}
      />
      <Choice
        legend={t("Density")}
        value={chosen?.density}
        options={[
          ["comfortable", t("Comfortable")],
          ["compact", t("Compact"), t("More messages on the screen")],
        ]}
        onChoose={(density) => void prefer({ density })}
      />
      <Choice
        legend={t("Text size")}
        value={chosen?.text_size}
        options={[
          ["small", t("Small")],
          ["normal", t("Normal")],
          ["large", t("Large")],
          ["larger", t("Larger")],
        ]}
        onChoose={(text_size) => void prefer({ text_size })}
      />
    </div>
  );
}
