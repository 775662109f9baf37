"""What visitors ask next without naming it again: "which ones fit?", "where does it all go?", after the topic they mean.

A thread belongs to some topics; each line of it has templates and whose answer is right: an intent's id, `id.more` or `id.why`,
where `self` is the topic last asked about. Turns that fit any topic (shorter, are you sure) stand in follow_ups.py.
"""
from intents import intent_of
from wording.frames import split
from wording.grammar import expand

SENSES = ("_yes", "_no", "_kept")  # yes_no.py's names for the senses of a topic

# Topics -> [(answer, templates)]
THREADS = {
    "privacy server": [
        ("privacy", "{and |but |so |}where {does it all|does all of it|does all that|do my questions|does what i type} {go|end up|land}{| then}|{so |}what {becomes of|happens to|is done with} {it all|all of it|my words|what i type}|who {gets|has|holds|sees} {it|that|them|all that}{| then}"),
        ("privacy_no", "{and|not even|what about|and not|or|but} {my employer|my teacher|the police|microsoft|my provider|advertisers|the developers|hackers|other visitors|my wife|openai|apple|amazon|my parents|the government|the authors|my colleagues}|{and |so |}{are there|do you set|is there|any} {ads|trackers|statistics|log files|third parties|a log|spyware|fingerprinting|ad networks}|{and |}{do you|does it|does the page} {count|log|record|watch|follow} {visits|me|visitors|clicks|anything}"),
        ("privacy_kept", "what {is kept|remains|stays|is left} {when i leave|afterwards|after i reload|when i am gone|tomorrow}|{and |so |}{how|where} {can|do} i {erase|wipe|clear|remove} {them|it|that|the chats|everything}|{is it|are they} {there|still there|gone} {tomorrow|when i come back|after a reload}"),
        ("server", "{so |and |}{whose|what|which} {computer|machine|processor|hardware} {does it|is it|answers|does the work}{| then}|{so |and |}where {does the work happen|is it computed|is the work done|does the thinking happen}{| then}|who {does|pays for} {the work|the thinking|the computing}{| then}"),
        ("offline_yes", "{and|also} {when i am offline|with the wifi off|without a network|on a train|in a tunnel}|{and |so |}{it|this} {works|runs|goes on} without {a network|the net|wifi}{| too| then}"),
        ("privacy_yes", "{is that so|does that hold|is it the same|is that true|and} {for|with} {bigger|other|larger} models{ too| as well|}|{so |}i can {tell you anything|type what i like|write secrets|speak freely}{| then}|{so |}it is {all |}{just between us|a private talk|confidential}{| then}"),
        ("self.why", "{and |but |}why {can nobody|does nobody|is there no way to} {read|see|get} {it|them|along}|{and |}how {do you|can you|does it} {manage|do} {that|it} without {one|a server}"),
    ],
    "offline": [
        ("offline.more", "{and |}{until when|for good|forever|does it expire|will it last|for ever|how many {days|weeks}|for a long time}|{and |}what {makes|lets} {that|it} {work|possible}"),
        ("offline_no", "{and|but|also} {the first time|on the first visit|at the very start|at first}|{so |}only the first time{| then}"),
        ("storage", "{and |so |}where {is it all|are they|does it sit|is the model}{| then| kept}|which {files|things} are {kept|saved}"),
        ("phone", "{and|also} on {a phone|a tablet|android|mobile|an ipad}{| too}"),
        ("privacy_yes", "{so |and |}it is {private|confidential|safe} {too|as well|then}"),
    ],
    "bigger_model which_models list_steps table_models": [
        ("which_models", "{and |so |but |}{which|what} {models|of them|others|families|checkpoints} {are there|would fit|do you suggest|can i take|do you know|are possible|will do|can it be}|{which|what} {ones |one |}{do you|would you} {suggest|recommend|take}|{such as|for example|for instance|which are they|name {some|a few|one}|like which|like what}"),
        ("memory_needed", "{and |}how {large|heavy|big} {is it|are they|would that be|is such a model|is one}{| then}|{will|does} {it|that|one|such a model} {fit|go} {into|on} {{6|12|16|24} {gb|gigabytes}|my card|my laptop|a small card}|{is|are} {6|12|16|24} {gb|gigabytes} enough{| for it| for that}|{what|which} {card|gpu|machine|hardware} {would i need|does that take|does it want|do i need for that}|do i need a {strong|better|big} {gpu|machine}{| for that| for it}|{how much|what} {ram|vram|room|memory} {is that|does that take|would it use|do they want}"),
        ("bigger_model.more", "{and |}how long {would|will} {that|it|the download|the loading} {take|last}|{is it|is that|is the download} {slow|long|big}|{do i|must i} {wait|be patient}{| long}"),
        ("how_fast", "{will|would} {it|they|that} be {slow|slower|fast|sluggish}|{and |}{is it|are they} {as |}{fast|quick}{| as you| too}|how {fast|quick} {are they|would that be}"),
        ("bigger_model", "{and |so |ok, |}{where|how} do i {find|click|choose|pick|start|take} {it|them|one}{| then}|{show|tell} me {the way|how it is done|how to do that|where}|{and |}how {is that done|would i do that|exactly|do i go about it}|what do i {click|press|do}{| for that| then}|in what way"),
        ("formats_no", "{do i|must i|should i} {first |}{convert|prepare|compile|change} {it|them|one}{| first}"),
        ("storage", "{and |}{where are they|where is it|where does it go} {kept|stored|saved}{| then}"),
        ("bigger_model.why", "{and |}what {is better about it|do i gain|is the gain|can they do better|changes}{| then}|{will|would|does} {it|one|that} {know more|be smarter|answer better|make fewer mistakes}"),
        ("which_models_no", "{and|what about|or|not even|how about} {chatgpt|claude|gemma|gpt-2|whisper|bert|gemini|a picture model|an image generator|image models|dall-e|midjourney}"),
        ("which_models_yes", "{and|what about|or|also|how about} {mistral|qwen|llama 3|smollm2|tinyllama|code llama|vicuna|qwen3}{| too| as well}"),
        ("privacy_yes", "{and |}is {it|that|my chat} still {private|confidential|safe}{| then| with it}"),
        ("get_llama2", "where {would i|can i} {get|download} {llama 2|such weights}{| then}"),
    ],
    "webgpu gpu compute_shader why_webgpu_fast wgsl workgroup webgl": [
        ("why_webgpu_fast", "{and |so |}{what makes|why is|how come} {it|them|that} {so |}{quick|speedy|rapid}|where does {the|its|that} speed come from|{and |}why {is it|are they} {quicker|speedier} than {a cpu|the processor|a processor}"),
        ("browsers", "{does|has} {chrome|firefox|safari|edge|my browser} {got|have|know|support} it|where is it {available|supported|built in}|{which|what} {browser|browsers} {can do it|know it|support that|do that|offer it}|is it in {chrome|safari|edge|firefox}{| already}|do all browsers {have|know|support} it|{and|what about|also} {in |}{safari|firefox|chrome|edge}"),
        ("webgpu.why", "{and |so |}why does pronk {need|want|rely on} {it|them|that}|{and |}what {does it bring|good is it} {for|to} a {language |}model"),
        ("wgsl", "in {which|what} language {is it|are they} coded|{which|what} language {is that|are they}{| in}"),
        ("phone", "{and|also|what about} on {android|my tablet|mobile|an ipad|a phone}{| too}"),
        ("webgl", "{and |}how is it {different|other} {from|than} {webgl|the old one}|{and|what about|or} webgl{| then}"),
    ],
    "browsers list_browsers": [
        ("list_browsers", "{as|in} {a |}{list|bullets|bullet points}{| please}|{put|make|write} {them|that|it} {in|as|into} {a |}{list|bullets|bullet points}{| please}|{as a list|in bullets}, please|bullets please"),
        ("phone", "{and|also|what about} {on |}{android|tablets|mobile|an ipad|phones|a phone}{| too}"),
        ("error_help", "{and |}what if {it is missing|mine has none|it does not start|nothing happens|there is an error}"),
        ("webgpu", "{and |}what is {that|this webgpu}{| then}"),
    ],
    "quantization q4 q8 what_is_lost why_smaller q4_or_q8 scale": [
        ("q4_or_q8", "{and |so |}which {one|of them|of the two|of both|kind} {should i take|do i want|wins|do you recommend|would you take|is for me|do people use}|{and |}{what|which} {do you|would you} {advise|recommend|suggest|pick}{| then}|{4 or 8|8 or 4}{| bits}{| then}"),
        ("why_smaller", "how {small|tiny|little} {does it get|is it then|will it be|does that make it}|how {many gb|many gigabytes|much room} {are saved|is that|does it save|is left}|{and |}what {does that save|do i save|is the gain}"),
        ("what_is_lost", "{and |but |}how {bad|big|noticeable|severe|serious|strong} is {that|it|the loss|the damage}|{will i|can one|would i|do people} {notice|feel|see} {it|that|the loss}|is {it|the loss|that} {visible|noticeable|big|serious}|{a lot|by much|very much|badly}|by how much|{and |but |}{what|how much} {is|gets} {lost|damaged|dropped}{| then}|{and |but |}the {quality|accuracy|answers}"),
        ("quantization.why", "{and |}{is it|does it get|will it be|does it run} {also |}{faster|quicker}{| too| then}"),
        ("weights_formats", "{and |}which {formats|kinds|schemes} {are there|do people use|exist}"),
        ("scale", "{and |}what is a {scale|group}{| then}"),
    ],
    "llama2 licence use_policy mau attribution improve_other get_llama2 open_weights": [
        ("get_llama2", "{and |so |}{where|how} {do i|can i|does one} {get|download|obtain|find} {it|the weights|them}{| then}"),
        ("use_policy", "what {does it|do they|is it that they} {forbid|prohibit|ban|not allow|rule out}|what {am i|is one} not allowed to do{| with it}|{and |}what is {banned|off limits|forbidden}"),
        ("licence_yes", "{and|also} {commercially|in a company|for a startup|for business|in a shop|for clients}|{may|can} {i|we} {sell|earn money with|make money with|charge for} it"),
        ("licence_no", "would you call {it|that} {open source|free software}|does {it|that} count as {open source|free software}|{so |}is {it|that} {truly|fully|properly} open"),
        ("meta", "who {wrote|published|trained|owns} it|{and |}which company is {that|it from}"),
        ("licence", "{and |ok, and |ok, |but |so |}{the|its|what is the|what is its|which} licen{c|s}e{| then| exactly}"),
        ("llama2", "{and |so |}how big is it{| then}|{and |}{which|what} sizes {are there|does it have}{| then}|{and |}when {was it|did it get} {released|published}{| then}|{and |}when did it come out{| then}"),
        ("licence.why", "why {did meta|do they|did they} {write|make|want|choose} {one|it|such a licence|that}|why {is there one|such a licence|so strict|not an ordinary one|an own licence}"),
        ("attribution", "what must i {show|write|keep|name|add}{| then}|{and |}which {notice|text|credit} {is it|is that|do i need}"),
        ("licence", "{must|should} i {agree|sign} {to it|something|to anything}|what do i {have to|need to} {agree to|sign|keep in mind}|{and |}what are the {rules|terms|conditions}"),
        ("your_licence", "{and|what about} {yours|your own|you}|{what|which} licen{c|s}e {have you got|is yours}"),
        ("mau", "{and |}what is {that|the} {limit|700 million}|{and|what about} {large|huge|giant} companies"),
    ],
    "your_licence": [
        ("your_licence_no.denied", "so {you have nothing from meta|you share nothing with llama 2|you are no llama from meta|you aren't from meta|you don't come from meta}{| then}"),
        ("your_licence_yes", "{so |and |}{may|can} i {copy|reuse|share|change|keep|take} you{| then| freely}"),
        ("who_made_you", "who {made|trained|built} you{| then}"),
    ],
    "pronk how_pronk_works language wasm free pronk_name list_pronk": [
        ("free", "{and |ok, and |ok, |but |}{the|its|what is the|what is its|which} licen{c|s}e{| then| of it}|{and |ok, |}{the|its} price{| then}|{and |so |}what does it cost{| then}"),
        ("which_models", "{and |ok, |}{the|its} models{| then}|{and |ok, |}models{| then}"),
        ("phone", "{and |but |}{phones|on a phone|on my phone|mobile}{| too| then}"),
        ("language", "{in|with} {what|which} {language|tech|code} {was it|is it|did they} {made|done|code it|programmed|program it}|what was it {coded|programmed|built} in|{which|what} language is {that|it}{| then}|{so |}what {is it|do they use} instead"),
        ("free_no", "{and |}{does|will} it cost {anything|something|money|me}|is there a {price|fee|catch}{| then}|{must|do} i {pay|sign up|log in}{| for it| then}"),
        ("free_yes", "{can|may} {my company|my team|we|my school} use it|may i use it {at the office|in a shop|for clients|in my product}|where {is|can i read} {its|the} source|can i {see|read|copy|change} the code|{so |}it is free{| then}"),
        ("who_made_you", "who {builds|wrote|programmed|is behind|develops|invented} it"),
        ("embed", "{and |}how do i {put|get|place} it {on|in|into} {my|a} {site|shop|blog|page}"),
        ("getting_started", "{and |}how do i {try it|start|begin|play with it}{| then}|what do i do {first|now}"),
        ("which_models", "{and |}{which|what} models {does it know|fit|can i take|does it take|are possible}"),
        ("how_fast", "{and |}is it {fast|quick}{| enough}"),
        ("browsers", "does it run {on a mac|on linux|in firefox|in safari|on windows|everywhere}"),
        ("how_pronk_works", "{and |}how {does it do that|is that possible|can that be|is it done|does that go}{| then}"),
        ("pronk", "how is it {different|other} {from|than} {claude|copilot|gemini|a cloud chat|other chatbots}|what {sets it apart|makes it different}{| from the rest| from others}"),
        ("server_no", "{and |}{no|not any} server{| then| at all}"),
        ("offline_yes", "{and |}also {offline|without a network|without wifi}"),
        ("privacy_yes", "{and |}{is it|so it is} {private|safe|confidential}{| too| then}"),
    ],
    "free": [("free.why", "why {do they|do you} {give it away|not charge|ask no money|charge nothing|not want money}|{how come|why} {it costs nothing|no price|there is no price|nobody pays}|{what|where} is the {catch|trick}|how do they {earn money|live}")],
    "embed own_code": [
        ("self", "{and |}{how exactly|how is it done|in what way|how would i do that|how do i go about it|how do i begin with that|what do i {type|import|paste}|show me {the line|an example|how it is done}|give me an example|explain how}{| then| please}"),
        ("self.more", "{and |}what {else|more} {do i need|is there|can it do}|any {options|attributes|settings}"),
        ("free_no", "{does|will} {it|that} cost {anything|something|money}|{must|do} i pay{| for it}"),
        ("browsers", "does {that|it} work in {every browser|all browsers|safari|firefox}"),
    ],
    "formats safetensors shards weights_formats hugging_face": [
        ("bigger_model", "{and |so |fine, |}how do i {load|pick|take|bring in} {mine|such a file|one|my file|them}|{and |}how do {i get one|they get} in here|where do i {drop|put|choose} {it|the files|them|my file}"),
        ("formats_yes", "{and|also|what about} {quantized|sharded|f16|bf16|gptq|awq} {ones|files|weights}{| too}"),
        ("formats_no", "{so |and |}{is no|there is no|no} {conversion|converting|build step}{| needed| then}|{must|should} i {prepare|convert|change} {it|them}{| first}"),
        ("which_models", "{and |}{which|what} models{| then| work with that}"),
    ],
    "how_fast": [("how_fast.more", "{and |but |}{what sets the limit|what limits it|what would speed it up|how can i make it quicker|what slows it down|on what does it depend}"), ("quantization.why", "{does|would} quantization help|would fewer bits {help|be faster}")],
    "memory_needed": [
        ("why_smaller", "{and|what about|or} {with|in} {8|16} bits|{and|what about} {quantized|in q4|in q8|with q4|with q8}|{can it|does it|will it} {get|be} smaller|how do i {make it fit|save memory}"),
        ("memory_needed.more", "how {do i|does one|did you} {count|work out|reckon|calculate} {that|it}|and for {13b|70b|a 13b|3b}|what about 13b"),
        ("memory_needed.why", "why {so much|that much|so many gigabytes}"),
        ("memory_needed", "{and |but |}{i have|i've got|if i have|with} {no gpu|only an old laptop|a weak card|no graphics card|an old computer|little memory}|is an {old|ordinary} {laptop|card|computer} {ok|enough}"),
        ("phone", "{and|what about} {on |}a {phone|tablet}"),
    ],
    "storage": [("storage", "{and |}{how|where} do i {remove|wipe|clear|throw away} {it|them}|{can|may} i {remove|wipe|clear} {it|them}{| later}"), ("memory_needed", "how much {room|space} {is that|do they take|does it take}"), ("storage_no", "{so |}{it is|is it} not {fetched|loaded|downloaded} {twice|again}|{will|does} it {fetch|load} {them|it} {again|anew}"), ("storage.more", "{is that|are they} {safe|checked|complete}")],
    "token": [("token.more", "how many {are there|have you got|does llama know|are in your head|does llama have}|how {big|large} is {your|the} vocabulary|and {rare|unknown} words"), ("tokenizer", "who {makes|cuts} {them|it}|how {is text|are words} cut{| up}")],
    "context_length": [("context_length.more", "{and |}what {if|when} {it is used up|we reach the end|that is exceeded|i write more|the chat gets longer|there is no room left}|what then|{do|will} you {forget|lose} {it|things} then"), ("kv_cache", "where is it all {kept|remembered}")],
    "kv_cache": [("kv_cache.more", "{and |}how {big|large|heavy} {is it|does it get}|does it grow"), ("kv_cache.why", "what {is it|would it be} good for|why have {one|it}|what would happen without{| it}")],
    "who_made_you": [("who_made_you.more", "{from|with|on} {which|what} {texts|books|sources|material|examples|lessons}|{with|from} which lessons|what did you {learn|read}{| from}|did you read {the web|wikipedia|books}|what was in {them|the lessons}"), ("your_size", "{and |}how {big|large} {are you|did you get}"), ("pronk", "who are {they|these people}|what is pronk{| then}")],
    "your_size": [("your_size", "is that {much|a lot|small|little}|and {llama 2|a 7b model}|compared {to|with} {llama|llama 2|others}"), ("bigger_model", "{and |}where are the {bigger|big|larger} ones")],
    "who_are_you your_name": [("your_name", "{and |}what is your name{| then}|{have you|do you have} a name"), ("who_made_you", "{and |}who {built|made|trained|wrote} you{| then}"), ("your_size", "{and |}how {big|large|small} {is that|are you}{| then}|is that {big|small|much}"), ("abilities", "{and |so |}what {can you do|are you good for|do you know}{| then| for me}"), ("languages_no", "{and |}do you {speak|know} {german|french|spanish}{| too}"), ("feelings", "{and |}{do you|can you} {feel|feel anything|have feelings|get tired}{| then}")],
    "abilities": [("wrong_answers", "{and |}{what not|what can't you|what do you not know|where do you fail|where are your limits|what are you bad at|what is beyond you}"), ("joke", "{ok|fine|good|great}, {a joke then|a joke please}"), ("pronk", "{fine|good|all right}, what is pronk")],
    "wrong_answers": [("bigger_model", "{so |and |}what {do i do|should i do} {then|about it}|{so |}{who|what|which model} is better{| then}"), ("wrong_answers.more", "how {come|can that be}|why is that so")],
    "languages": [("languages_no", "{and|not even|what about|or|how about} {polish|greek|dutch|chinese|italian|portuguese|turkish|latin|swedish}|{so |}no {german|spanish|italian|other language}"), ("bigger_model", "{and |}{where|how} do i get {one|such a model|a bigger one}")],
    "llama_animal": [("llama_animal.more", "{do they|does it} {spit|pronk|hum|jump|bite}|what {do they do|noise do they make}"), ("pronk_name", "{and |}is {pronk|the name} from {that|it}|{so |}that is where the name comes from")],
    "planets": [("biggest_planet", "{and |}{which|what} one {of them|of these} is the hugest|the hugest one"), ("smallest_planet", "{and |}{which|what} one {of them|of these} is the {smallest|tiniest}|the {smallest|tiniest} one"), ("saturn", "which {one|of them} has {the |}rings"), ("mars", "which {one|of them} is red")],
    "days_week months days_year hours_day minutes_hour seconds_minute weeks_year seasons": [("days_year", "{and |what about |how about |}{days |}in a year{| then}|{and |what about |}a year{| then}"), ("hours_day", "{and |what about |}{hours |}in a day{| then}|{and |what about |}a day{| then}"), ("minutes_hour", "{and |what about |}{minutes |}in an hour{| then}|{and |what about |}an hour{| then}"), ("seconds_minute", "{and |what about |}{seconds |}in a minute|{and |what about |}a minute{| then}"), ("days_week", "{and |what about |how about |}{days |}in a week|{and |what about |}a week{| then}"), ("months", "{and |what about |}{the |}months{| then| of the year}|how many months{| then}"), ("seasons", "{and |what about |}{the |}seasons{| then}"), ("weeks_year", "{and |}how many weeks{| then}|{and |}weeks in {it|a year}")],
    "winter summer spring autumn": [("winter", "{and |what about |how about |}winter{| then}|{and |}which {one|season} is the coldest"), ("summer", "{and |what about |how about |}summer{| then}|{and |}which {one|season} is the {hottest|warmest}"), ("spring", "{and |what about |how about |}spring{| then}"), ("autumn", "{and |what about |how about |}{autumn|fall}{| then}")],
    "biggest_planet smallest_planet mars saturn": [("biggest_planet", "{and |what about |ok, and |}the {biggest|largest}{| one| then| of them}|{and |}which {one |}is {the |}{biggest|largest}"), ("smallest_planet", "{and |what about |ok, and |}the {smallest|tiniest|littlest}{| one| then| of them}|{and |}which {one |}is {the |}smallest"), ("mars", "{and |what about |}the red one{| then}|{and |what about |}mars{| then}"), ("saturn", "{and |what about |}the one with {the |}rings|{and |what about |}saturn{| then}"), ("planets", "{and |}{what|which} are the others{| called}|{and |}how many are there{| in all| then}")],
    "biggest_animal tallest_animal fastest_animal elephant": [("biggest_animal", "{and |what about |ok, and |}the {biggest|largest}{| one| animal| of all| then}"), ("tallest_animal", "{and |what about |ok, and |}the tallest{| one| animal| of all| then}"), ("fastest_animal", "{and |what about |ok, and |}the {fastest|quickest}{| one| animal| of all| then}")],
    "mountain river oceans continents": [("mountain", "{and |what about |ok, and |}the highest mountain{| then}|{and |what about |}mountains{| then}"), ("river", "{and |what about |ok, and |}the longest river{| then}|{and |what about |}rivers{| then}"), ("oceans", "{and |what about |ok, and |}the {largest|biggest} ocean{| then}|{and |what about |}{the |}oceans{| then}"), ("continents", "{and |what about |ok, and |}{the |}continents{| then}|how many continents{| then}")],
    "bold markdown": [("list_animals", "{and |now |}{a list|some list|a list of something}{| too| please}"), ("table_bits", "{and|now} a {small |}table{| too| please}|{and |}{tables|tables too|can you do tables}")],
}

# How another form is asked for after one: "the same with numbers".
FORMS = {
    "list_animals": "{three |some |}animals|a few animals|beasts", "list_colours": "{some|five|a few} colo{u|}rs|colo{u|}rs too", "list_fruits": "{some |}fruit|{five|a few} fruits|fruits too",
    "list_steps": "numbers|a numbered list|numbered steps|a list with numbers|one with numbers|steps|numbered points", "list_browsers": "{the |}browsers|browsers too", "list_pronk": "bullets|bullet points|a bullet list|a list of points",
    "table_bits": "a table|tables|a small table|a table with {numbers|bits}", "table_models": "{the |}models|a table of models|a table with the models|models in it",
    "bold": "bold|bold text|bold letters|something bold", "markdown": "markdown|some markdown", "haiku": "a haiku|three lines of verse", "poem": "a poem|a rhyme|verses",
    "code_add_python": "code|some code|a function|some python", "code_add_js": "javascript|some javascript", "joke": "a joke|something funny",
}
FORM_FRAMES = "{and|and|and now|now|what about|how about|then|also|next} {X}{|| please| too}|{can you do|could you do} {X}{| too| as well}|{the same|one|another|again, but} with {X}|{X} {instead|next|now}"


def base_of(id):
    return next((id[: -len(sense)] for sense in SENSES if id.endswith(sense)), id)


BY_TOPIC = {}
for _topics, _lines in THREADS.items():
    for _topic in _topics.split():
        BY_TOPIC.setdefault(_topic, []).extend((answer, tuple(split(templates))) for answer, templates in _lines)


def thread_of(rng, last):
    """A question that continues from the intent `last` -> (template, the intent that it is about, the answer); None where there is none."""
    if not hasattr(last, "id"):
        return None
    base = base_of(last.id)
    if last.group == "form" and (base not in BY_TOPIC or rng.random() < 0.6):
        id = rng.choice([form for form in FORMS if form != last.id])
        frame = rng.choice(split(FORM_FRAMES))
        return frame.replace("{X}", expand(rng, rng.choice(split(FORMS[id])))), intent_of(id), rng.choice(intent_of(id).answers)
    if base not in BY_TOPIC:
        return None
    wanted, templates = rng.choice(BY_TOPIC[base])
    id, _, part = wanted.partition(".")
    about = intent_of(base if id == "self" else id)
    answer = getattr(about, part) if part else rng.choice(about.answers)
    return rng.choice(templates), about, answer


def thread_templates():
    """Every template of this file, for the check that held-out questions are not among them."""
    forms = [frame.replace("{X}", name) for frame in split(FORM_FRAMES) for names in FORMS.values() for name in split(names)]
    return [t for lines in BY_TOPIC.values() for _, templates in lines for t in templates] + forms
