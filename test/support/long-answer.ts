// An answer of 4,000 tokens (some 16,000 characters), as from a model that was asked for everything at once: tables, code
// in several languages, formulas, lists, and a block of code and a table that are long in themselves.

const section = (number: number) => `## Part ${number}

The weight is $w_{${number}} = s (c - z)$, so a row of **${number * 32}** of them costs \\(n \\cdot b / 8\\) bytes; see
https://example.org/part-${number} and \`row(${number})\`.

| file | bits | size in GB | what it is good for, in a sentence that is long |
|:-----|:----:|-----------:|-------------------------------------------------|
${Array.from({ length: 6 }, (_, row) => `| Q${row + 2}_K_M | ${row + 2}.${number} | ${(row + 2) * number} | the usual choice, hardly worse than what was trained |`).join("\n")}

\`\`\`python
def part_${number}(rows: list[float], group: int = 32) -> list[int]:
    """Quantizes rows."""
    scale = max(abs(x) for x in rows) / 7  # one for each group
    return [round(x / scale) if scale > 0 else 0 for x in rows[:group]]
\`\`\`

$$
y_i = \\sum_{j=1}^{n} s_{ij} (c_{ij} - z_{ij}) x_j + \\frac{\\partial L}{\\partial w_{${number}}}
$$

1. First, with *emphasis*
   - and a point under it
2. Then \`code\`
`;

const longCode = `\`\`\`ts
${Array.from({ length: 90 }, (_, line) => `export const row${line} = (x: number): string => \`\${x * ${line}} bytes\`; // ${line}`).join("\n")}
\`\`\`
`;

const longTable = `| number | square | word |
|-------:|-------:|------|
${Array.from({ length: 60 }, (_, row) => `| ${row} | $${row}^2$ | \`row_${row}\` |`).join("\n")}
`;

export const longAnswer = [1, 2, 3, 4, 5, 6].map(section).join("\n") + longCode + "\n" + longTable + "\n" + section(7);
