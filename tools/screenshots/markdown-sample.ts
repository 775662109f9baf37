// An answer with everything that Markdown has in it, for pictures and for the check of accessibility.

export const markdownSample = `# Running a model

A checkpoint is read **as it is published**; \`config.json\` names its shape, and _nothing_ is ~~converted~~ changed. See
https://www.w3.org/TR/webgpu/ or [the paper](https://arxiv.org/abs/2307.09288).[^paper] Names like my_long_name, arr[0],
\`__init__\` and globs like **/*.js stay as they are, and so does 5*6 or 7*8.

## What it takes

1. Pick a folder with \`*.safetensors\`:
   - [x] \`config.json\`
   - [x] \`tokenizer.model\` or \`tokenizer.json\`
   - [ ] a licence that was read
2. Start it:

   \`\`\`sh
   npm start -- --folder "models/llama-2-7b-chat-hf" --quantize q4 --context 4096 --port 8080 --open
   \`\`\`

3. Ask something

### Sizes

| file | bits a weight | size in GB | what it is good for |
|:-----|:-------------:|-----------:|---------------------|
| Q4_K_M | 4.83 | 4.08 | the usual choice, hardly worse than what was trained |
| Q8_0 | 8.5 | 7.16 | for comparison |
| as published | 16 | 13.48 | needs_a_large_adapter |

> A quote with code:
>
> \`\`\`js
> const scale = rows.map((row) => Math.max(...row.map(Math.abs)) / 7);
>
> export { scale };
> \`\`\`
>
> > and a quote within it, with a table
> >
> > | a | b |
> > |---|---|
> > | 1 | 2 |

#### The formula

The weight is \\(w = s (c - z)\\), and so

$$
y_i = \\sum_j s_{ij} (c_{ij} - z_{ij}) x_j
$$

Raw HTML is text: <b>not bold</b>. ![A diagram](https://example.org/diagram.png)

---

Last words, with a word that is longer than any phone is wide:
Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft.[^2]

[^paper]: Touvron and others, *Llama 2: Open Foundation and Fine-Tuned Chat Models*, 2023.
[^2]: A company that never was.
`;
