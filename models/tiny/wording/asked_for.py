"""More ways to ask for what is shown (lists, tables, bold, code, verse) and for everyday facts: name, enumerate, tabulate, emphasise.

`add_forms(registry)` appends the templates of `FORMS` to the intents of that id; `LEGS`, `SOUNDS`, `COLOURS` and `COUNTS` make families.
"""
from wording.requests import do, have

NAME = "{name|list|count up|mention|write down|give me|tell me|show me|jot down|think of|come up with|line up}"
SOME = "{three|some|a few|a couple of|several|a handful of|any}"
LIST = "{list|bulleted list|enumeration|short list|little list|listing}"


def _list(things, what):
    return [do("{enumerate|itemise|itemize|reel off|rattle off} {all |the |}" + things + " {you know|that you know|that come to mind|as a list|in bullets}"), do(NAME + " " + SOME + " " + things + "{||| as a list| in bullets| one below the other| as bullet points}"), have("{a|a|the} " + LIST + " {of|with|about} {some |a few |}" + things),
            "{which|what} " + things + " {do you know|can you name|are there|could you list|would you list}", have("{some|a few|several|three} " + things + "{| as a list| in bullets| listed}"), *what]


_TABLE = "{table|small table|little table|simple table|grid|chart in text|overview in columns}"
_BITS = "{bits|the bits|the sizes|q4 and q8|4 and 8 bits|sizes and bits|the quantizations|what each size takes|gigabytes for each size|memory by bits}"
_MODELS = "{the models|models|llama models|some models|the llama 2 sizes|model names and sizes|the model sizes by name|several models}"
_INTO = "{as a table|in a table|in table form|in tabular form|in columns|in rows and columns|as a grid}"
FORMS = {
    "list_animals": _list("{animals|beasts|creatures|animal names}", []),
    "list_colours": _list("{colours|colors|hues|shades|colour names}", []),
    "list_fruits": _list("{fruits|fruit|kinds of fruit|sorts of fruit|sweet fruits}", ["what fruit {do you know|is there|can i eat|can i buy}", have("{a|the} {shopping|grocery} list {with|of} fruit{|s}")]),
    "list_browsers": [do(NAME + " {the|all the|all} browsers {that have webgpu|that know webgpu|that support webgpu|that work|i can use here} {as a list|in bullets|one by one|in a list}"), have("{a|the} " + LIST + " of {the |all |working |supported |webgpu }browsers")],
    "list_pronk": [do("{list|enumerate|name|give me|tell me|write down|show me|count up} {the|all the|its|pronk's|some} {strengths|features|merits|virtues|benefits|advantages|strong points|selling points|pros}{|| of pronk| of this page}{| as a list| in bullets| one by one}"), have("{a|the} " + LIST + " of {pronk's |its |the }{strengths|features|merits|benefits|advantages|strong points}"), "what {are|would be} {the|pronk's|its} {merits|virtues|strong points|plus points|good points|pros}{| of pronk}", "{pronk|pronk's features|the advantages of pronk} {as a list|in bullets|in bullet form|listed|point after point}"],
    "list_steps": [do("{list|write down|number|enumerate|name|show me|tell me|give me} {the|all the} {steps|moves|actions} {to load another model|to a larger model|for a different model|to get a bigger model|one after another|for loading a model}"), have("{a|the} {numbered list|step list|checklist|recipe|manual|how-to|walkthrough} {for|to} {another|a different|a larger|a bigger|loading a} model"), "{walk|lead|take|talk} me through loading {another|a bigger|a larger} model{| step by step}", have("{a|one} {numbered|ordered} {list|enumeration}")],
    "bold": [do("{write|print|show me|put|type|set|make} {a word|something|some letters|some text|one word|a few words|a phrase} {in bold|in boldface|in heavy type|in strong letters|in fat letters|bold|italic|in italics}"), do("{emphasise|emphasize|stress|highlight|embolden|accent|format} {a word|something|one word|some words|a phrase|some text}"), have("{bold text|italic text|heavy letters|some emphasis|emphasis|fat letters|formatted text|something bold}"), "{do you|can you} {know how to|manage to} {emphasise|highlight|write bold|format|stress words}", "is {bold|bold text|bold type|emphasis|italics} possible{| here}"],
    "markdown": [do("{show|show me|write|print|use|try|present|test} {some |a bit of |a sample of |a little }markdown"), "{is|would} markdown {ok|supported|possible|rendered|drawn|shown|understood}{| here| in this chat| by the page}", "{can|does} {the page|this page|it|pronk} {draw|show|render|display|handle|format|support} {markdown|formatted text|rich text}", have("{some|a bit of|an example of|a sample of} {markdown|formatting|rich text}"), "what {formatting|markup|text styles} {do you know|can you do|is possible}"],
    "table_bits": [do("{put|show me|write|arrange|give me|set out|present|line up|display} " + _BITS + " " + _INTO), do("{tabulate|chart|contrast|compare|tabularise} {q4 and q8|4 and 8 bits|sizes and bits|the quantizations|4, 8 and 16 bits|the bit sizes}"), have("a " + _TABLE + "{||| of " + _BITS + "| about quantization| with {numbers|sizes|columns}}"), do("{draw|make|build|create|write|show me|produce} {a|some|one} " + _TABLE), "{is|are} {a table|tables} {possible|ok|supported|something you can do}"],
    "table_models": [do("{put|show me|write|arrange|give me|set out|present|line up} " + _MODELS + " " + _INTO), do("{tabulate|contrast|chart} {some models|llama models|the llama 2 sizes|several models|model sizes by name}"), have("a " + _TABLE + " {of|with|about} " + _MODELS)],
    "haiku": [do("{compose|write|make|invent|recite|create|craft} {me |}{some haiku|a little haiku|a japanese poem|three short lines of verse|a poem of three lines}"), have("{a haiku|some haiku|a short japanese poem|a new haiku|one little haiku|seventeen syllables}")],
    "poem": [do("{compose|write|make|invent|recite|create|craft} {me |}{some verse|a few verses|a poem|some poetry|something that rhymes|a little rhyme|four lines that rhyme|a ballad}"), have("{some verse|a few verses|a little poem|some poetry|something that rhymes|a poem by you|a rhyme of yours}"), "{can|could} you {rhyme|be a poet|be poetic|write in verse}"],
    "joke": [do("{tell me|crack|share|come up with|make} {something funny|a pun|a funny story in one line|a wisecrack|a good one|one of your jokes}"), have("{a pun|a laugh|a wisecrack|one of your jokes|some humour|a gag}")],
    "days_week": ["{name|recite|enumerate|count up|list} {all |the |all the |}{weekdays|days in a week|seven days}", "{what|how} are the {weekdays|seven days} {called|named}", "monday, tuesday{,| and} {and then|how does it go on|what comes next|go on}"],
    "months": ["{name|recite|enumerate|count up|list} {all |the |all the |}{months|months of a year|twelve months}", "{what|how} are the months {called|named}", "january, february{,| and} {and then|how does it go on|what comes next}"],
    "seasons": ["{name|enumerate|count up|list} {all |the |all the |}{four seasons|times of year}", "{what|how} are the seasons {called|named}"],
    "planets": ["{name|enumerate|count up|list} {all |the |all the |}{planets|worlds round the sun}", "{what|how} are the planets {called|named}", "{what|which} worlds {circle|orbit|go round} the sun"],
    "continents": ["{name|enumerate|count up|list} {all |the |all the |}{continents|parts of the world}", "{what|how} are the continents {called|named}"], "oceans": ["{name|enumerate|count up|list} {all |the |all the |}{oceans|big seas}", "{what|how} are the oceans {called|named}", "{what|which} is the {hugest|widest|most enormous|vastest} {ocean|sea}"],
    "biggest_planet": ["{what|which} {planet|world} is {the hugest|the most massive|the heaviest|the widest|most enormous|the greatest}{| of all| of them all}", "{name|tell me|say} the {hugest|most enormous|greatest|giant} planet", "{what|which} planet {is above all others|is larger than the rest|outweighs the others|is a giant}"],
    "smallest_planet": ["{what|which} {planet|world} is {the tiniest|the littlest|the lightest|nearest the sun|right next to the sun}{| of all}", "{name|tell me|say} the {littlest|minutest|innermost|least} planet", "{which|what} planet {comes first from|is next to|circles closest to} the sun"],
    "mars": ["{which|what} planet {is rusty|shines red|is called red|has red dust|is of red colour}", "{name|tell me} the {rusty|reddish} planet", "the fourth planet{| from the sun}"], "saturn": ["{which|what} planet {is famous for rings|wears a ring|is ringed|has a ring around it}", "{name|tell me} the {ringed planet|planet that has rings}"],
    "biggest_animal": ["{what|which} {animal|creature|beast} is {the hugest|the most enormous|the heaviest|the most massive|the greatest|gigantic}{| of all| in the sea| on the planet}", "{tell me|say|point out} the {hugest|most enormous|heaviest|greatest} {animal|creature|beast}{| alive| of all|}", "{which|what} animal {outweighs|outgrows|is larger than} {all others|an elephant|the rest}"],
    "fastest_animal": ["{what|which} {animal|creature|beast} {is the quickest|is the speediest|is swiftest|runs the quickest|outruns all others|sprints best|is quickest on its feet}", "{tell me|say|point out} the {quickest|speediest|swiftest} {animal|beast|creature}", "the {quickest|swiftest|speediest} {animal|creature|land animal}{| of all}", "who wins a race {among|of} {all |}animals"],
    "tallest_animal": ["{what|which} {animal|creature|beast} {is the highest|towers over all others|reaches the highest leaves|has the neck that is longest|is as tall as a house}", "{tell me|say|point out} the {tallest|highest} {animal|creature|beast}"],
    "mountain": ["{what|which} {mountain|peak|summit} is {the loftiest|nearest the sky|above all others|the top of the world}", "{tell me|say} the {loftiest|highest|tallest} {peak|summit|mountain}", "how many metres {is|has} {mount everest|everest|the highest peak}"], "river": ["{what|which} {river|stream} {flows the farthest|is the lengthiest|runs longest}", "{tell me|say} the {lengthiest|longest} {river|stream}"],
    "winter": ["{when|in what months} {does it freeze|is it freezing|is it coldest|is it very cold}", "{which|what} season {is icy|is for skiing|has short days|has long nights}"], "summer": ["{which|what} season {is the sunniest|has long days|is for swimming|is sunny and hot}", "when is it {warmest|sunniest|time to swim}"], "spring": ["{which|what} season {brings flowers|has blossoms|is green and fresh|wakes the flowers}", "when do {blossoms|buds|flowers} {appear|open|come out}"], "autumn": ["{which|what} season {has falling leaves|turns leaves red|is before winter|comes before winter}", "when do {trees lose their leaves|the leaves turn yellow|leaves come down}"],
}
_COUNT = {"days_week": ("days", "a week"), "months": ("months", "a year"), "days_year": ("days", "a year"), "hours_day": ("hours", "a day"), "minutes_hour": ("minutes", "an hour"), "seconds_minute": ("seconds", "a minute"), "weeks_year": ("weeks", "a year"), "seasons": ("seasons", "a year")}
COUNTS = ["how many # {make|make up|fill|fit into|add up to|form|go into|belong to} @", "@ {has|holds|lasts|counts|contains|consists of} how many #", "{count|tell me} the # {of|in} @", "{what|tell me} the number of # in @", "{into|in} how many # is @ {divided|split}", "the number of # in @"]
LEGS = ["how many legs {does|will} # {walk|stand|run|move|go} on", "# {walks|runs|stands|moves|goes|gets about} on how many legs", "{tell me|what is|name} the {number|count} of legs {of|on|for} #", "how many {limbs for walking|feet on the ground} {has #|does # have}", "# {owns|possesses|got|needs} how many legs", "is # {two-legged|four-legged|legless|eight-legged}", "how many legs {does one count|can i count|would i see} {on|under} #"]
SOUNDS = ["{what|which} {call|cry|voice} {has #|does # have|does # give}", "what {comes out of the mouth of|do i hear when i meet} #", "{imitate|mimic|act like|do the voice of} #", "# {makes|gives|lets out} {what|which} {sound|noise|cry}", "how does # {cry|call out|shout|greet us}"]
COLOURS = ["{what|which} {tint|hue|shade|tone} {is|has} #", "# {shows|wears|comes in} {what|which} colo{u|}r", "{name|say|give me} the colo{u|}r {of|that you see on} #", "# is {of |}{what|which} {hue|shade|colour|color}", "how is # coloured"]
FAMILIES = {"legs_": LEGS, "sound_": SOUNDS, "colour_": COLOURS}


def add_forms(registry):
    for intent in registry:
        new = list(FORMS.get(intent.id, []))
        if intent.id in _COUNT:
            things, whole = _COUNT[intent.id]
            new += [template.replace("#", things).replace("@", whole) for template in COUNTS]
        if intent.thing:
            new += [template.replace("#", intent.thing) for start, templates in FAMILIES.items() if intent.id.startswith(start) for template in templates]
        if new:  # half as many draws as for the others
            intent.train += new * max(1, round(len(intent.train) * 0.5 / len(new)))
