"""What shows how the page draws Markdown: lists, bold, code in two languages, small tables, haiku and a short poem."""
from intents import ask

G = "form"
WRITE = "{write|give me|show me|make|can you write|could you write|can you give me|i want|i need|please write|write me|let me see|create}"


def listing(id, answer, train, held, weight=0.7):
    ask(G, id, answer, train, held, weight=weight)


GIVE = "{give me|make|write|show me|can you make|can you give me|i want|i need|please give me|tell me|create|write me}"
listing("list_animals", "Here are three animals:\n\n- **Llama**: woolly, calm and curious\n- **Springbok**: jumps straight up when it is glad\n- **Penguin**: cannot fly, but swims very well",
        [GIVE + " {a list of {three |some |}animals|three animals|some animals}{| please| as a list}", "{list|name} {three|some|a few} animals{| please| for me}", "animals {as a list|in a list|as bullets}", "{three|some} animals{| please}"], ["could you enumerate a few animals", "a bullet list with animals"])
listing("list_colours", "Here are five colours:\n\n- red\n- orange\n- yellow\n- green\n- blue",
        [GIVE + " {a list of {five |some |}colo{u|}rs|five colo{u|}rs|a colo{u|}r list}{| please| as a list}", "list {five|some|a few} colo{u|}rs{| please}", "colo{u|}rs {as a list|in a list|as bullets}"], ["enumerate some colours for me"])
listing("list_fruits", "Here are some fruits:\n\n- apples\n- pears\n- bananas\n- cherries\n- plums",
        [GIVE + " {a list of {five |some |three |}fruit{|s}|some fruits|a fruit list|a shopping list}{| please| as a list}", "{list|name} {five|some|three|a few} fruit{|s}{| please}", "fruits {as a list|in a list}"], ["which fruits come to your mind", "a list with fruits in it"])
listing("list_pronk", "Here is what pronk does:\n\n- **Private**: nothing you type leaves your device\n- **As published**: it reads checkpoints without converting them\n- **Offline**: after the first load it needs no network\n- **Free**: open source, under Apache 2.0",
        [GIVE + " {a list of {pronk's |its |the |}{features|advantages|benefits|strengths}|three facts about {pronk|it}|bullet points about pronk|{pronk's|the} features{| of pronk}|a list{| about pronk}|a bullet list|an example of a list}{| please}", "list {the |its |pronk's |}{features|advantages|benefits}{| of pronk}", "what are {the|its|pronk's} {features|advantages|benefits|strengths|main points}{| of pronk}", "{pronk|this} in {bullet points|a few points|three points|bullets}", "{features|advantages|pros} of pronk", "bullet points{| please}", "{make|write} a list{| please| of something}", "facts about pronk"], ["sum up the good sides of pronk as a list", "what speaks for pronk, point by point"], 1.2)
listing("list_steps", "Three steps:\n\n1. Open the list of models in this page.\n2. Choose one that fits your graphics card.\n3. Wait for the download; after that it stays in your browser.",
        [GIVE + " {the steps{| to load a model| for a bigger model| to load a bigger model}|a numbered list{| please}|step by step instructions{| for loading a model}|instructions for loading a model}", "list the steps{| to load {a|another|a bigger} model}", "{step by step|steps}{| please|: loading a model| to load a model}", "how do i load a model step by step", "numbered list"], ["guide me step by step to another model", "which steps lead to a bigger model"], 0.8)
listing("list_browsers", "These browsers have WebGPU:\n\n- **Chrome** and **Edge**, from version 113\n- **Safari**, from version 26\n- **Firefox**, from version 141 on Windows",
        [GIVE + " a list of {the |}browsers{| with webgpu| that work| please}", "list {the |all |}browsers{| with webgpu| that work}", "browsers {as a list|in a list|in bullet points}"], ["enumerate the browsers with webgpu"], 0.6)
listing("bold", "Sure: **this is bold**, *this is italic*, and `this is code`.",
        [GIVE + " {something|a word|some text|a sentence|text} {in bold|bold|in bold letters|in italics}", "{can you|do you|could you} {write|make|do|use} {bold|bold text|italics|something bold|text bold}", "{bold|bold text|italic text|bold please|formatting}", "{how do you|can you} {format|style} text", "can you write in {bold|italics}"], ["are you able to emphasise words", "i would like to see bold letters"], 0.8)
listing("markdown", "I can write Markdown, and the page draws it:\n\n- **bold** and *italic*\n- `code`\n- lists like this one\n\n| bits | size of 7B |\n|---|---|\n| 16 | 13.5 GB |\n| 4 | 4 GB |",
        [GIVE + " {some |}{markdown|formatted text|rich text}{| please}", "{can you|do you|could you} {write|use|speak|do|know|support|show} markdown", "{markdown|markdown please|markdown demo|markdown example|a markdown example|an example of markdown}", "what is markdown", "test {the |}markdown", "show me {what markdown you can do|the formatting|your formatting|how you format}"], ["demonstrate markdown", "does this chat render markdown"], 0.9)
listing("table_bits", "| bits | a 7B model | quality |\n|---|---|---|\n| 16 | 13.5 GB | as published |\n| 8 | 7 GB | almost the same |\n| 4 | 4 GB | a little less |",
        [GIVE + " {a|a small|a little|a simple|an example of a} table{| please| comparing {q4 and q8|4 and 8 bits|the bits|quantizations}| of {q4 and q8|the bits|quantization|sizes|model sizes}| about quantization| for q4 and q8| with some numbers| in markdown}", "{q4 and q8|q4 vs q8|q8 and q4|quantization|the bits|the sizes} {as|in} a table", "compare q4 and q8 in a table", "{a table|table|table please|a table please|tables}", "{can you|do you|could you} {make|draw|write|do} {a table|tables}"], ["put the sizes into a table", "tabulate bits and gigabytes"], 1.2)
listing("table_models", "| model | weights | 4-bit size |\n|---|---|---|\n| me | 4 million | - |\n| TinyLlama | 1.1 billion | 0.7 GB |\n| Llama 2 7B | 6.7 billion | 4 GB |\n| Llama 2 13B | 13 billion | 8 GB |",
        [GIVE + " a table {of|with|about|comparing} {the |some |}{models|llama models|language models|model names}", "{models|the models|llama 2 models|the llama 2 sizes} {as|in} a table", "compare {the |}models in a table"], ["tabulate the models for me"], 0.6)

HAIKU = ["Small llama at dawn,\nleaps over the quiet field,\nlands where it began.", "Tokens fall like rain,\none by one upon the screen:\na sentence appears.",
         "In my browser tab\na little mind hums softly.\nNo cloud in the sky.", "Warm graphics card hums,\na thousand small sums at once.\nThe cursor blinks twice."]
ask(G, "haiku", HAIKU, [WRITE + " {a|me a|one|another} haiku{| please| for me| now}", WRITE + " {a|me a} {short |little |}haiku about {llamas|a llama|browsers|the browser|tokens|rain|graphics cards|spring|the sea|autumn|yourself|pronk|computers|nature|a cat|webgpu|love|the moon|winter}", "{haiku|a haiku|haiku please|a haiku please|one haiku}", "{do you know|can you do|can you make|are you able to write|compose} {a haiku|haikus}"],
    ["three lines of haiku, please", "would you compose a haiku", "i am in the mood for a haiku"], weight=1.3,
    follow=[(["{another one|another|one more|another haiku|again|a different one|one more please|tell me another}"], None)])
ask(G, "poem", "A llama looked up at the sky\nand wondered how tokens go by:\n\"They come one by one,\nand when they are done,\na sentence is there. So am I!\"",
    [WRITE + " {a|me a|a short|a little|a small|me a short} {poem|rhyme|limerick|verse}{| please| for me| about {llamas|a llama|yourself|pronk|tokens|the sea|the moon|a cat|love|spring|browsers|computers}}", "{poem|a poem|poem please|limerick|a rhyme|poetry please}", "can you {rhyme|write poems|write poetry|write a poem}", "{make|compose} {a|some} {rhyme|poem|poetry}", "do you know a poem"],
    ["i would love to read a poem by you", "put something into rhyme"], weight=1.0)

# What is asked for, the answer in Python, and the one in JavaScript.
CODE = {
    "add": ("{adds|to add|that adds|adding|for adding|which adds|that sums|to sum} {two numbers|two values|a and b|numbers}", "def add(a, b):\n    return a + b", "function add(a, b) {\n  return a + b;\n}"),
    "hello": ("{that prints|to print|printing|which prints|that says|for} {hello world|hello|hello, world}", "print(\"Hello, world!\")", "console.log(\"Hello, world!\");"),
    "reverse": ("{that reverses|to reverse|reversing|which reverses|for reversing} {a string|a text|text|a word|strings}", "def reverse(text):\n    return text[::-1]", "function reverse(text) {\n  return [...text].reverse().join(\"\");\n}"),
    "even": ("{that checks|to check|checking|which tells|that tells} {if|whether} {a number|n|it} is {even|even or odd}", "def is_even(n):\n    return n % 2 == 0", "function isEven(n) {\n  return n % 2 === 0;\n}"),
    "factorial": ("{that computes|to compute|for|computing|that calculates|to calculate|calculating} {the |a |}factorial{| of n| of a number|s}", "def factorial(n):\n    return 1 if n < 2 else n * factorial(n - 1)", "function factorial(n) {\n  return n < 2 ? 1 : n * factorial(n - 1);\n}"),
    "largest": ("{that finds|to find|finding|that returns|for} the {largest|biggest|maximum} {number|value|element}{| in a list| of a list| in an array}", "def largest(numbers):\n    return max(numbers)", "function largest(numbers) {\n  return Math.max(...numbers);\n}"),
}
LANGUAGES = {"python": ("Python", "python", "{python|python|python 3}"), "js": ("JavaScript", "js", "{javascript|js|javascript|java script|typescript}")}
for _task, (_asked, _python, _js) in CODE.items():
    for _id, _other, _code, _other_code in (("python", "js", _python, _js), ("js", "python", _js, _python)):
        _name, _fence, _called = LANGUAGES[_id]
        _say = lambda id, code: f"Here it is in {LANGUAGES[id][0]}:\n\n```{LANGUAGES[id][1]}\n{code}\n```"
        _own = [WRITE + f" {{a|some|me a|a short|a small|a simple}} {_called} {{function|code|program|script|snippet|one-liner}} {_asked}", WRITE + f" {{a function|code|a program}} {_asked} in {_called}", f"{_called} {{function|code|}} {_asked}", f"{{code|a function}} {_asked} in {_called}",
                f"how do i write {{a|some}} {_called} {{function|code|program}} {_asked}", f"{{function|code}} {_asked}, {_called}{{| please}}"]
        if _task == "add":  # asked for no task in particular
            _own += [WRITE + f" {{a|some|me a|me some|a short|a small|a simple|any}} {_called} {{function|code|snippet|program|example}}{{| please| for me}}", f"{_called} {{code|function|example|snippet}}{{| please}}", f"can you {{write|code|program|do|speak|code in|program in}} {_called}", f"{{something|code|a function|some code}} in {_called}"] * 2
            if _id == "python":
                _own += [WRITE + " {some|a little|any|me some} code{| please}", "can you {code|program|write code|write programs|write a function}", "{code|code please|some code|a function|write a function|show me code}"]
        if _task == "hello":
            _own += [f"hello world in {_called}", f"{_called} hello world"]
        ask(G, f"code_{_task}_{_id}", _say(_id, _code), _own, [f"i could use {_called} {_asked}"] if _task != "hello" else [f"how does one say hello world in {_called}"], weight=0.5 if _task != "add" else 1.1,
            follow=[([f"{{and |now |the same |ok, |how about |what about |and what about |}}in {LANGUAGES[_other][2]}{{| please|, please}}", f"{{can you|could you}} {{do|write}} {{it|that|the same}} in {LANGUAGES[_other][2]}", f"{{translate|convert|port}} {{it|that|this}} to {LANGUAGES[_other][2]}", f"now {LANGUAGES[_other][2]}", f"and {LANGUAGES[_other][2]}", f"{{and |ok, |cool, |hmm, |now |can i have |}}{{the |}}{{same|same thing|same code|same function|same one}} in {LANGUAGES[_other][2]}{{| please| too| then}}",
                       f"{{and |the |a |show me the |}}{LANGUAGES[_other][2]} version{{| please| too}}", f"{{and |so |}}{{how|what}} would {{that|it}} {{look|be}} in {LANGUAGES[_other][2]}", f"{{what|how}} about {LANGUAGES[_other][2]}{{| then| instead}}", f"{LANGUAGES[_other][2]}{{| instead| please| too}}"], _say(_other, _other_code))])
