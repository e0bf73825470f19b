import type { JSX } from "preact";
import { useId } from "preact/hooks";

interface Props<V extends string> {
  legend: string;
  options: readonly (readonly [V, string, string?])[];
  value: V | undefined;
  onChoose: (value: V) => void;
}

/** One of a few, all of them seen at once. */
export function Choice<V extends string>({ legend, options, value, onChoose }: Props<V>): JSX.Element {
  const name = useId();
  return (
    <fieldset class="choices">
      <legend>{legend}</legend>
      {options.map(([option, words, detail]) => (
        <label key={option}>
          <input type="radio" name={name} checked={option === value} onChange={() => onChoose(option)} />
          <span>{words}{detail !== undefined && <small>{detail}</small>}</span>
        </label>
      ))}
    </fieldset>
  );
}
