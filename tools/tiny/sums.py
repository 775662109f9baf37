"""Sums of small numbers: plus, minus, times; and what may follow them."""
WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
ASK = ["what is {}", "what's {}", "how much is {}", "{}", "{} = ?", "calculate {}", "compute {}", "can you add up {}", "do you know {}",
       "tell me {}", "what does {} make", "what do you get for {}", "{} equals", "solve {}", "and {}", "what about {}", "what is the result of {}"]
HELD = ["i need the answer to {}", "could you work out {}", "please do this sum: {}"]
OPERATORS = {"plus": ["+", "plus", "and"], "minus": ["-", "minus"], "times": ["*", "x", "times", "multiplied by"]}


def sum_question(rng, held=False):
    """-> (question, answer, id) of a random sum."""
    operator = rng.choice(["plus", "plus", "minus", "times", "times"])
    a, b = rng.randint(0, 10), rng.randint(0, 10)
    if operator == "times":
        a, b = rng.randint(0, 5), rng.randint(0, 5)
    if operator == "minus" and b > a:
        a, b = b, a
    result = {"plus": a + b, "minus": a - b, "times": a * b}[operator]
    sign = rng.choice(OPERATORS[operator])
    left, right = str(a), str(b)
    if sign.isalpha() and rng.random() < 0.15:
        left, right = WORDS[a], WORDS[b]
    joined = f"{left}{sign}{right}" if sign in "+-*x" and rng.random() < 0.35 else f"{left} {sign} {right}"
    frame = rng.choice(HELD if held else ASK)
    return frame.format(joined), f"{a} {operator} {b} is {result}.", f"{operator}_{a}_{b}"
