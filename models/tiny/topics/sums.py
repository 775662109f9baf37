"""Sums of small numbers: plus and minus up to 20, times up to 12, and the division that undoes it, in digits and in words."""
WORDS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()
ASK = """what is {}|what is {}|what is {}|what's {}|what's {}|whats {}|how much is {}|how much is {}|how much {}|{}|{}|{}|{}|{} = ?|{} =|{}=|{} is|{} is what|{} makes|{} equals|{} equals what|calculate {}|compute {}|
please calculate {}|can you calculate {}|can you compute {}|can you add up {}|can you tell me {}|can you do {}|can you solve {}|do you know {}|do you know what {} is|do you know how much {} is|tell me {}|tell me what {} is|tell me how much {} is|what does {} make|
what does {} equal|what does {} give|what do you get for {}|what do i get for {}|what do we get if we do {}|solve {}|and {}|and what is {}|and how much is {}|now {}|then {}|ok, {}|what about {}|how about {}|what is the result of {}|what is the answer to {}|
the result of {}|result of {}|what is the sum {}|do the sum {}|do the math: {}|math: {}|maths question: {}|a sum: {}|quick: {}|quick, what is {}|i want to know {}|i wonder what {} is|how many is {}|how many are {}|what are {}|is it true that you know {}|{} please|
{} pls|{}, please|{} or what|hey, {}|hi, what is {}|let's see: {}|my homework is {}|my teacher asks what {} is|what would {} be|what will {} be|what number is {}|which number is {}|which number do i get for {}|give me {}|say {}|show me {}|
evaluate {}|what's the value of {}|so {}|so what is {}|are you able to do {}|try {}|can you work with numbers, {}|test: {}|count {}|what do {} make|could you tell me what {} is|could you calculate {} for me|any idea what {} is""".replace("\n", "").split("|")
HELD = ["i need the answer to {}", "could you work out {}", "please do this sum: {}"]
OPERATORS = {"plus": ["+", "+", "+", "plus", "plus", "and", "added to"], "minus": ["-", "-", "-", "minus", "minus", "take away", "less"], "times": ["*", "x", "times", "times", "multiplied by", "*", "\u00d7"],
             "divided by": ["/", "/", "divided by", "divided by", ":", "\u00f7", "over"]}
THINGS = "apples|cats|books|coins|eggs|cookies|llamas|balls|flowers|pens|cakes|dogs|nuts|stones|stars|toys".split("|")
STORIES = {"plus": ["i have {a} {t} and get {b} more, how many do i have", "{a} {t} and {b} {t}, how many {t} is that", "if i have {a} {t} and you give me {b}, how many do i have", "how many {t} are {a} {t} and {b} {t}", "add {a} and {b}", "add {b} to {a}", "the sum of {a} and {b}", "what is the sum of {a} and {b}", "there are {a} {t}, and {b} more come, how many are there"],
           "minus": ["i have {a} {t} and lose {b}, how many are left", "if i have {a} {t} and eat {b}, how many are left", "there are {a} {t} and {b} go away, how many stay", "subtract {b} from {a}", "take {b} from {a}", "what is the difference of {a} and {b}", "what is {b} less than {a}"],
           "times": ["multiply {a} by {b}", "multiply {a} and {b}", "the product of {a} and {b}", "what is the product of {a} and {b}", "{a} boxes with {b} {t} each, how many {t}"],
           "divided by": ["divide {a} by {b}", "{a} {t} for {b} children, how many for each", "share {a} {t} among {b}", "split {a} into {b} equal parts"]}
PAIRS = {"plus": [(a, b) for a in range(21) for b in range(21)], "minus": [(a, b) for a in range(21) for b in range(21)],
         "times": [(a, b) for a in range(13) for b in range(13)], "divided by": [(a * b, b) for a in range(11) for b in range(1, 11)]}


def result_of(operator, a, b):
    return a // b if operator == "divided by" else {"plus": a + b, "minus": a - b, "times": a * b}[operator]


def sum_question(rng, held=False, pair=None):
    """-> (question, answer, id) of a random sum, or of `pair` = (operator, a, b). A guess is answered yes or no."""
    operator = rng.choice(["plus", "plus", "plus", "minus", "minus", "times", "times", "divided by"])
    a, b = rng.choice(PAIRS[operator])
    while operator != "divided by" and max(a, b) > 10 and rng.random() < 0.5:  # small numbers come up more often
        a, b = rng.choice(PAIRS[operator])
    if operator == "minus" and b > a and rng.random() < 0.6:
        a, b = b, a
    if pair:
        operator, a, b = pair
    answer, id = f"{a} {operator} {b} is {result_of(operator, a, b)}.", f"{operator}_{a}_{b}"
    left, right = str(a), str(b)
    sign = rng.choice(OPERATORS[operator])
    if max(a, b) <= 20 and rng.random() < (0.3 if sign[0].isalpha() else 0.03):
        left, right = WORDS[a], WORDS[b]
    if not held and rng.random() < 0.08 and not (operator == "minus" and b > a):
        frame = rng.choice(STORIES[operator])
        if max(a, b) <= 20 and rng.random() < 0.5:
            left, right = WORDS[a], WORDS[b]
        return frame.replace("{a}", left).replace("{b}", right).replace("{t}", rng.choice(THINGS)), answer, id
    joined = f"{left}{sign}{right}" if not sign[0].isalpha() and left[0].isdigit() and rng.random() < 0.45 else f"{left} {sign} {right}"
    if not held and rng.random() < 0.06:
        guess = result_of(operator, a, b) + rng.choice([0, 0, 1, -1, 2])
        asked = rng.choice(["is {} {g}", "is {} equal to {g}", "is {} = {g}", "{} is {g}, right", "does {} make {g}", "{} = {g}", "{} = {g}, correct", "{}={g}, true or false", "so {} is {g}", "isn't {} {g}"])
        return asked.replace("{}", joined).replace("{g}", str(guess)), f"{answer[:-1]}, so {'yes' if guess == result_of(operator, a, b) else 'no'}.", id
    return rng.choice(HELD if held else ASK).replace("{}", joined), answer, id
