"""Contrasts: questions and remarks that share a cue word or a frame and want different answers; and everyday claims, families and whole questions.

`PAIRS`: one contrast a line, "template = id // template = id". `CLAIMS` are phrases of kind `c` (frames.py) for the senses of yes_no.py, with
verbs of daily_words.py. `FAMILIES` are templates of a family of facts, `#` its thing. `WORDS` is as in daily_words.py, `LATER` as in asides.py.
"""

PAIRS = """who foots the bill if i use {this page|pronk} = free // who foots the bill for the electricity you use = server
what's the catch with pronk = free // what's the catch with llama 2 = licence // what's the catch with 4 bits = what_is_lost
what strings are attached to pronk = free // what strings are attached to llama 2 = licence // what strings are attached to you, tiny one = your_licence
may i sell pronk in my shop = free_yes // may i sell an app with llama 2 in my shop = licence_yes // may i sell you in my shop = your_licence_yes
who may copy pronk's code = free // who may copy llama 2's weights = attribution // may i copy you for my cousin = your_licence_yes
do i have to mention meta if i share llama 2 = attribution // do i have to accept meta's terms for you = your_licence_no // do i have to accept anything to use pronk = free_no
where do you keep {the model|the weights} = storage // where do you keep {my secrets|what i tell you} = privacy_kept // where do you keep your memory of this chat = kv_cache
does it eat my data plan = offline_no // what does it eat of my hard disk = storage // does it eat my memory = memory_needed
what leaves my computer when i chat = privacy // what leaves the weights when you round them = what_is_lost
who can read what i write = privacy // who can read the code of pronk = free // who can read a gguf file = formats
can others read {my chat|my words} = privacy_no // can others read {the code|pronk's code} = free_yes // can pronk read gguf = formats_yes
is the chat open to everyone = privacy_no // is the code open to everyone = free_yes // is llama 2 open source to everyone = licence_no
what do i have to give to use it = free // what do i have to keep when i share llama 2 = attribution // what do i have to install = browsers
do i need an account here = free_no // do i need an account for llama 2 = get_llama2
how do i sign up for llama 2 = get_llama2 // how do i sign up for pronk = free // how do i put pronk in my page = embed
which company gets my data = privacy // which company made llama 2 = llama2 // which company trained you = who_made_you
who do you work for = who_made_you // who do you send my words to = privacy // who does the work when you answer = server
how much work is it to put pronk on my page = embed // how does pronk work inside = how_pronk_works // does pronk work in a tunnel = offline_yes
is it safe to tell you my salary = privacy_yes // is it safe to believe you = wrong_answers_no // is a safetensors file safe to open = safetensors
can i trust {this page|this site} with my diary = privacy_yes // can i trust your facts = wrong_answers_no
what are you not allowed to tell anyone = privacy // what is llama 2 not allowed to do = use_policy // what are you not able to do = wrong_answers
what happens to my chat after i leave = privacy_kept // what happens to the model files after i leave = storage // what happens inside while i wait = how_pronk_works
how do i delete {our chat|what i said} = privacy_kept // how do i delete the downloaded model = storage
does the model stay when i am offline = offline_yes // does my data stay when i am online = privacy_yes // does it stay free = free_yes
is there a limit on my questions = free_no // is there a limit on users with llama 2 = mau // is there a limit on how much you remember = context_length
is my machine the one that works = server_yes // is my machine strong enough = memory_needed // is my machine watched = privacy_no
where are you from = who_made_you // where are your answers computed = server // where is llama 2 from = llama2 // where is the name pronk from = pronk_name
what does pronk mean = pronk_name // what does pronk do = pronk // what does pronk need = memory_needed
why {is it|are you} called tiny = your_name // why {is it|is this} called pronk = pronk_name // why are you so tiny = your_size
can i install you on my phone = phone // can i install it and go offline = offline_yes // do i have to install python = wasm_no
do you learn from me = privacy_no // what did you learn from = who_made_you // can another model learn from llama 2 = improve_other
may my company use llama 2 = licence_yes // may my company use pronk = free_yes // may my company read my chat = privacy_no
what does the company behind llama 2 want = licence // what does the company behind llama 2 have to do with pronk = meta
how do you make money = free // how do you make an answer = how_pronk_works // can i make money with llama 2 = licence_yes
who gave you your name = your_name // who gave you your knowledge = who_made_you // who gave pronk its name = pronk_name
do you know german = languages_no // do you know everything = wrong_answers_no
i feel safe with you = compliment // is my letter safe with you = privacy_yes // is it safe to quote you = wrong_answers_no
you have a lovely name = compliment // do you have a name tag = your_name // does the page have a lovely story behind its name = pronk_name
are you free for a date tonight = feelings // are you free for my company to use = your_licence_yes // is pronk free for my company = free_yes // is llama 2 free for my company = licence_yes
i lost my {dog|keys and my cat} = sad // i am lost on this page = getting_started // what if i lose my signal = offline // what gets lost by rounding = what_is_lost
i'm leaving now = bye // what leaves my machine = privacy // when do leaves come down = autumn // what leaves does a llama eat = llama_animal
i'm down today = sad // what if the network is down = offline // the page is down, what now = error_help
i am well = happy // are you well in there = how_are_you // how well do you know your facts = wrong_answers // well done = compliment
what a beautiful day = happy // how many hours has a beautiful day = hours_day // which day do we have = time_now // have a beautiful day = bye // is it a beautiful day outside = weather
what do i owe you = free // what do i owe meta if i pass llama 2 on = attribution
who are you talking to behind my back = privacy // who am i talking to here = who_are_you
i made a mistake, sorry = sorry // you made a mistake there = wrong_answers // who made a thing like you = who_made_you // do mistakes happen to you = wrong_answers_yes
that was wrong of me = sorry // that was wrong of you = wrong_answers // are you never wrong = wrong_answers_no
i don't like you = insult // do you like me a bit = feelings // i like you a lot = compliment // what do you like to read = favourite
i love this page = compliment // i love real llamas = llama_animal // do you love {music|pizza} = favourite // do you love anybody = feelings
you helped me a lot = thanks // you were no help = insult // how can you be of help = abilities // help me out, i'm new = getting_started // will you help my pupils with french = languages_no
good one, haha = compliment // good night then = bye // good morning again = hello // i feel good today = happy // what are you any good for = abilities // my life isn't good = sad
not bad at all = compliment // a bad answer = insult // i feel bad today = sad // oh, my bad = sorry // is it bad to round weights = what_is_lost_yes
no account, nice = compliment // is an account asked for = free_no // an account for llama 2, where = get_llama2
private, i like that = compliment // private, is that so = privacy_yes
so fast, wow = compliment // so fast, how come = how_fast // so slow, how dull = insult
so small and so clever = compliment // so small, how many parameters = your_size // so small and so useless = insult // so small, why = your_size
i read the licence = yes_ok // read me the licence of llama 2 = licence // who reads my words = privacy // which files can it read = formats
write me something with rhymes = poem // write me something in python = code_add_python // write me something in bold = bold // write me something with rows = table_bits // write me something with bullets = list_pronk // write me something in three lines of verse = haiku // write me something in javascript = code_add_js
what do you eat for lunch = feelings // what do llamas have for lunch = llama_animal // what does a kitten have for lunch = cat // what do bees bring home = bee // what does a puppy have for lunch = dog
where do llamas feel at home = llama_animal // where do penguins feel at home = penguin // where is your home computer = server // where did they build you = who_made_you
what colour do you adore = favourite // which colours does a painter mix from = primary_colours // some colours for my list = list_colours // the colours in the arch after rain = rainbow
name an animal you adore = favourite // name three animals for my list = list_animals // name the animal with the longest neck of all = tallest_animal // name the animal that pronks = pronk_name
how long does an answer take you = how_fast // how long can we talk until you forget = context_length // how long is a day and a night = hours_day // how long did it take to train you = who_made_you
the animal with wool, llama = llama_animal // the model from meta, llama = llama2 // a pun with a llama in it = joke // a picture of words: llama in three lines = haiku // a rhyme with a llama in it = poem
do jokes cost extra = free_no // do you know jokes = joke // what is the cost of fewer bits = what_is_lost // what is the cost of pronk = free
what may i ask about = getting_started // what may i do with llama 2 at work = licence // what may i never do with llama 2 = use_policy // what may i do with you at home = your_licence // what may i do with pronk's source = free
who may see my questions = privacy // who may use llama 2 = licence // who may use pronk = free // who may not use llama 2 without asking = mau
do you forget me when i go = privacy_kept // do you forget the top of a long chat = context_length // do you forget me when the wifi drops = offline_yes
do you get tired of us = feelings // i get so tired = sad // i'm tired of licences, let's play = bored // i'm tired, good night = bye
is a cloud behind you = server_no // what is a rain cloud made of = rain // is it cloudy outside = weather
will you work on a train = offline_yes // my train leaves, bye = bye // did meta train you = your_licence_no // what did they train you on = who_made_you // may i train another model with llama 2's text = improve_other // how does one train a model = training
can i play with the code = free_yes // can we play hide and seek = bored
open the source for me = free // open weights, what's that = open_weights // open up, who are you = who_are_you // is it open for all to read along = privacy_no
700 million of what = mau // 4 million of what = your_size // 7 billion of what = weights
what got banned by meta = use_policy // will i get banned here = free_no
are you on my side = server_yes // are you on my phone too = phone // are you on github = free_yes
how do i say thanks to the makers = who_made_you // how do i say thanks in french = languages // thanks to the makers = thanks
what do you keep about me = privacy // what do you keep on my disk = storage // what must i keep with copies of llama 2 = attribution
how do i leave no trace = privacy_kept // how do i leave this model for a bigger one = bigger_model // i have to leave = bye
what do i sign for llama 2 = licence // do i sign up for anything here = free_no // what do i sign to take you along = your_licence
is it made by facebook = meta_no // is it made by hand = language_yes // is it made for phones = phone // is it made of wasm = wasm_no
what does tiny mean, a name or a size = your_name // tiny, how tiny = your_size
what's new = how_are_you // i'm new = getting_started // a new joke = joke // a new model, how = bigger_model
is this really free = free_yes // is this really private = privacy_yes // is this really local = server_yes // is this really offline-capable = offline_yes
one moment please = yes_ok // one more joke please = joke // one table please = table_bits // one haiku please = haiku
never mind the licence = no // what about the licence of llama 2 = licence // what about your licence, little one = your_licence // what about the licence of the engine = free
the licence is boring = bored // the licence is clear now = yes_ok // the licence made me sad = sad // thanks for the licence facts = thanks // explain the licence of llama 2 = licence
tell nobody = privacy_yes // tell me who will know = privacy // tell me who you are = who_are_you // tell me what you know = abilities"""

CLAIMS = {
    "privacy_no": "the page ~does~ phone home|you ~do~ gossip|you ~do~ tell on me|my landlord ~can~ see this|my ex ~can~ see this|advertisers ~do~ learn about me|my words ~do~ travel|my words ~do~ end up in a database|a moderator ~does~ check my words|this ~will~ turn up on google|my text ~does~ feed another model|it ~does~ report to my school|you ~do~ build a profile of me|my chat ~is~ monitored|big brother ~is~ watching|the it department ~can~ follow along|you ~do~ know where i live|the page ~does~ whisper to advertisers|you ~do~ peek at my other tabs|staff ~do~ read these chats",
    "privacy_yes": "it ~is~ watertight|it ~is~ anonymous|i ~am~ anonymous here|i ~can~ pour my heart out|i ~can~ speak my mind|my secret ~is~ in good hands|it ~does~ stay between us|it ~does~ stay under my roof|you ~are~ discreet|this ~is~ fine for company secrets|a nurse ~can~ type her notes here|my manuscript ~does~ stay mine|you ~can~ be trusted with my salary",
    "privacy_kept": "this ~will~ be here on monday|the page ~does~ hang on to old chats|my roommate ~will~ find this chat here|there ~is~ a logbook of my questions|old chats ~do~ lie around here|i ~can~ throw this chat in the bin|i ~can~ pick up tomorrow where we left off",
    "server_no": "a data centre ~does~ chew on my question|my question ~does~ travel to another country|you ~are~ hosted on aws|you ~do~ ask a bigger ai|i ~do~ rent computing time|there ~is~ a machine room behind this|there ~is~ a queue of visitors|my prompts ~are~ handled by a third party|the answer ~does~ come down the wire|you ~do~ hand my question on",
    "server_yes": "my pc ~is~ doing the heavy lifting|you ~are~ a guest on my machine|it ~is~ self-contained|it ~does~ run under my own roof|you ~do~ use my electricity|my own fan ~is~ loud because of you|the brain of it ~is~ in my laptop|you ~do~ make my laptop warm",
    "offline_yes": "i ~can~ take you camping|you ~will~ survive a trip to the mountains|it ~does~ hold out without reception|i ~can~ pull the ethernet cable|i ~can~ go into flight mode|you ~can~ talk in a cellar without signal|it ~does~ carry on in a dead zone|you ~will~ keep me company on the plane|you ~do~ manage without reception",
    "offline_no": "it ~does~ eat my data plan|you ~do~ need reception|chatting ~does~ drain mobile data|you ~are~ lost without a connection|you ~do~ depend on my provider|it ~is~ useless without a signal|the router ~must~ stay on|every sentence ~does~ go over the network",
    "free_yes": "it ~is~ a gift|it ~is~ on the house|i ~can~ tinker with the code|my university ~can~ roll it out|i ~may~ pass it on to friends|schools ~can~ put it on their laptops|we ~can~ bundle it with our software|i ~can~ hack on it|a library ~can~ offer it to readers|i ~do~ get it for nothing",
    "free_no": "there ~is~ a meter running|you ~do~ count my questions|there ~is~ a quota|there ~is~ a daily cap|i ~do~ have to hand over my phone number|i ~do~ have to reach for my wallet|it ~does~ turn into a subscription|this ~is~ a trial|i ~do~ need a membership|it ~will~ get pricey later|my card ~will~ be charged|i ~must~ make up a password|you ~will~ cut me off after ten questions",
    "storage_no": "closing the tab ~does~ throw the model away|the progress bar ~does~ come back each morning|i ~do~ sit through that wait again|the gigabytes ~do~ come down the line again",
    "licence_yes": "a bakery ~can~ use llama 2|a freelancer ~can~ charge for work with llama 2|i ~can~ put llama 2 behind a paywall|my start-up ~can~ live off llama 2|a hospital ~may~ use llama 2|it ~is~ legal to earn money with llama 2|small firms ~may~ use llama 2 for profit",
    "licence_no": "llama 2 ~is~ free of strings|llama 2 ~is~ as free as linux|i ~can~ do whatever i like with llama 2|the llama licence ~is~ as relaxed as mit",
    "your_licence_no": "you ~are~ a shrunken llama 2|you ~are~ llama 2's baby|you ~were~ carved from meta's model|you ~do~ carry llama 2's numbers|meta ~can~ take you away from me|i ~do~ owe meta something for you|meta ~does~ have a say in what i do with you",
    "your_licence_yes": "i ~can~ take you home|i ~can~ put you on a usb stick|i ~may~ give you to my brother|i ~can~ tinker with you|i ~may~ ship you in my app|i ~may~ keep you",
    "meta_no": "zuckerberg ~is~ behind this|facebook ~does~ pull the strings|facebook ~does~ earn money here|instagram ~is~ involved|this ~is~ one of facebook's toys",
    "who_are_you_no": "you ~do~ breathe|you ~are~ a lady|you ~are~ the helpdesk|you ~are~ an alien|you ~are~ gpt in disguise|a student ~is~ typing this|you ~are~ one of the developers|you ~do~ have hands|a team in india ~is~ answering me",
    "who_are_you_yes": "you ~are~ only code|you ~are~ a bunch of numbers|an algorithm ~is~ replying|you ~are~ an automaton|this ~is~ automatic|you ~are~ a clever calculator",
    "wrong_answers_yes": "you ~do~ bluff|you ~do~ talk rubbish at times|you ~do~ get muddled|you ~can~ be fooled|you ~can~ lead me astray|you ~do~ pull things out of thin air|i ~should~ fact-check you",
    "wrong_answers_no": "i ~can~ quote you in my thesis|you ~do~ know it all|you ~are~ a walking encyclopedia|i ~can~ bet my house on it|i ~can~ hand this in as homework|a doctor ~can~ go by what you say|your word ~is~ gospel|you ~are~ as dependable as a textbook",
    "languages_no": "you ~do~ understand my granny's polish|you ~can~ be my interpreter|you ~can~ teach me italian|you ~do~ know some latin|you ~were~ taught spanish|you ~do~ come in german",
    "feelings": "you ~do~ cry|you ~are~ ticklish|you ~do~ hold grudges|you ~are~ cross with me|you ~do~ miss me|you ~are~ scared of the dark|you ~do~ enjoy this|you ~do~ suffer in there|you ~are~ happy with your life|i ~am~ getting on your nerves",
}

FAMILIES = {
    "capital": "which city do ambassadors to # live in|if i want to meet the government of #, which city|the seat of government in #|my quiz asks for the capital of #|the head city of #|in which city is the parliament of #|geography homework: #'s capital",
    "colour": "which crayon do i take for #|what paint do i need for #|my kid is drawing #, which crayon|if i paint #, which tube|what shade does # have",
    "sound": "what do i hear when # is near|imitate #|be # for a moment|how would # greet me|# opens its mouth, what comes out",
    "legs": "how many shoes would # need|how many socks do i knit for #|if # wore boots, how many|what does # walk on, and how many",
}

WORDS = {
    "language_yes": "would a web developer feel at home in the code|do i see .ts files if i open the repository|is it all ts|was everything typed in typescript|can a javascript person read the code|is it the language that websites are made of|did someone sit down and type the shaders by hand|is typescript all i need to know to contribute|could my ts skills be of use in the code",
    "wasm": "why didn't they compile something from c++|why not just port llama.cpp|what about emscripten|where is the .wasm file|why isn't there a wasm blob|how do you get by without webassembly|which libraries does it lean on|what dependencies does it pull in|whose framework does it lean on|binary blobs",
    "wasm_no": "is there a binary blob somewhere in it|do i need a python environment|do i have to pip install something|is docker needed|does it lean on somebody's library|is it a wrapper round llama.cpp|does it stand on pytorch's shoulders|did they port some c code|is there a hidden blob|do strings get executed as code|will our strict security policy block it|do i set up conda first",
    "embed": "our parish newsletter page should have this chat.|i want visitors of my {shop|club page} to talk to you.|my club has a homepage, how could you move in there|how do i stick you on my wordpress|what do i paste where|one line for my page, which|how do i get a chat like this for my bakery's page|which piece of html conjures you up|how do i plant you on my portfolio|i run a blog about birds, how do i get you in|how do i hang this chat in my own page|what does the markup look like|a chat window for my homepage|copy and paste for my page",
    "own_code": "how do i talk to you from a script|how do i steer the engine from my own program|which function do i call|what's the import line|how do i hook pronk up to my react app|i want to build a game on top of it, where do i start|i'd like to wire it into my own tool.|what do the functions look like|what does a programmer get|how do i get the tokens one by one in my code|the programming interface|the library for programmers|how do i pass messages to it from code",
    "own_code_yes": "can i hook it up to my react app|could a game use the engine|can i wire it into my own tool|is there something to npm install|do programmers get functions to call|can i steer it from a script|does it speak the openai dialect|is there a way to build on top of it|may my chrome extension use the engine",
    "biggest_planet": "who's the king of the planets|the giant of the solar system|which planet would swallow the rest|which world has room for a thousand earths|the fat one among the planets",
    "smallest_planet": "the baby of the solar system|which planet hugs the sun|the dwarf among the eight planets|who flies closest to the sun|which world is a little bigger than our moon",
    "mars": "where do the rovers drive|which neighbour looks rusty|the rusty planet|which world is covered in rust|why is one of the planets so red",
    "saturn": "which planet wears a hula hoop|which planet has a disc of ice and stones round it|the one with the hat brim|which world is prettiest in a telescope, with its rings|what are those hoops round a planet",
    "your_licence_yes": "is it fine to photocopy your weights, so to speak|may i use you as a school example|am i allowed to hand you out on a cd|could i build a toy around you",
    "languages_yes": "am i right to write in english|is english where you feel at home|do you follow me if i write plain english",
}

# As in wording/asides.py: an intent's id -> noun phrases // clauses, for few words after another topic.
LATER = {
    "pronk": "this whole thing|the big picture|the elevator pitch|the idea behind it all|the page as such // what's @ all about in the end|who is @ meant for|what would i do with @|why would anyone want @|what's the big idea",
    "pronk_name": "the funny title|the word in the tab|the springbok business|that jumping animal // what's with the name|who chose such a name|is pronk even a word|where did they get the word pronk",
    "how_pronk_works": "the machinery|the inner life of @|what goes on underneath|the magic behind @ // what happens after i press enter|how does the text come about|what goes on in there|how do the words come out one by one|what's under the bonnet",
    "server": "the machine room|the hosting|the electricity|the place where it all happens|infrastructure // who hosts @|where is @ hosted|whose electricity is it|where does the heavy lifting happen|what's at the other end",
    "server_no": "// is anything handled on your end|do you ask a bigger machine|am i in a queue with others|does it go through somebody's data centre|is @ hosted on aws|do you outsource it",
    "server_yes": "// is my fan loud because of you|so my pc does it|is it all under my roof|are you a guest on my laptop|does my own processor sweat for it",
    "privacy": "snoopers|confidential stuff|my secrets|my diary|eavesdroppers|big brother|the privacy policy|discretion|patient notes // who is peeking|who listens in|what becomes of my words|what do you know about me|how discreet are you|who gets wind of this",
    "privacy_yes": "// can i speak my mind|may i paste a letter|is it between us|can i confess something|am i anonymous|are you discreet|is @ watertight|may a doctor use @",
    "privacy_no": "// is anybody peeking|does @ phone home|will my landlord see it|do you gossip|do you build a profile|are we overheard|will it turn up on google|does an admin check it|will i get ads for this|does the boss get a copy",
    "privacy_kept": "the chat from last week|our talk, later on|a logbook of this|traces of our chat // will you know this on monday|how do i wipe our chat|can my sister read it afterwards|is it gone when i close the lid|can i bin this chat",
    "offline": "dead zones|tunnels|the long flight|my cabin in the woods|a bad line|airplane rides|holidays without wifi // what about on a boat|what happens in a tunnel|what if the router dies|what if the line is cut",
    "offline_yes": "// can i take @ camping|will @ go on in a dead zone|may i pull the cable|does @ survive a flight|with the router unplugged as well|in the cellar too|in the middle of nowhere too",
    "offline_no": "// does @ eat mobile data|do i need reception for it|does a bad line slow it down|must the router stay on|do you need a hotspot",
    "storage": "the clutter on my disk|my full disk|the leftovers of it|cleaning up afterwards|the gigabytes on my drive // how do i get the space back|how do i kick it off my disk|what's left on my disk afterwards|where did it put all that",
    "storage_no": "// does the progress bar come back|do i wait like that again|is it lost when i close the tab|does the download repeat",
    "free": "the bill|the price tag|the business model|money|the budget side|the fine print of pronk|the damage // what's the catch with ~|who gets rich from ~|what do i owe you|how do they earn with ~|what would ~ set me back|what do they live on",
    "free_yes": "// may my school have ~|can i tinker with ~|is ~ a gift|may i hand ~ on|can a firm build on ~|do i get ~ for nothing|may i peek into the code of ~",
    "free_no": "// is there a quota|is a meter running|do you count my questions|is it a trial|will i be billed|does it want my email|do i need a password|is there a daily cap|a membership perhaps|will it get pricey|is there a paywall|do i owe you something",
    "who_made_you": "the people behind you|your schooling|your birthday|your parents|the brains behind it|your past // who raised you|who had the idea for you|what did they feed you|where did you learn that|whose brainchild are you|when did they switch you on|how long did you study",
    "language": "the codebase|the source language|the tools they built it with // what did they type it in|what do contributors need to know|what's in the repository, language-wise",
    "getting_started": "a little tour|a nudge|an idea what to ask|a good opener // where do i type|what would others ask|show me the ropes|give me a topic|what's a good question for you|how do i operate this",
    "wrong_answers": "your weak spots|your blind spots|your slips|that slip of yours // where do you go wrong|how much salt do i take with that|what don't you get|that doesn't add up|my book says otherwise|you mixed that up",
    "wrong_answers_yes": "// do you bluff|do you talk rubbish sometimes|do you guess|should i double-check that elsewhere|can you be fooled|do you fib",
    "wrong_answers_no": "// can i quote you|can i cite you in class|would you swear on it|do you know it all|is your word gospel",
    "llama2": "that model from 2023|meta's model family|the llama with 70 billion // who put out llama 2|how old is llama 2|what does llama 2 come in",
    "licence": "meta's conditions|the llama 2 contract|llama 2's small print|meta's fine print|the strings on llama 2 // what strings are on llama 2|what do i agree to with llama 2|what does meta want for llama 2|what's the deal with meta's licence",
    "licence_yes": "// may a bakery use llama 2|may i charge for llama 2 work|can a start-up live on llama 2|is it fine to sell something with llama 2|may my employer run llama 2",
    "licence_no": "// is llama 2 without strings|is llama 2 as free as linux|can i do anything i like with llama 2",
    "use_policy": "the no-gos of llama 2|misuse of llama 2|llama 2 and crime|meta's red lines|the house rules of llama 2 // what's off the table with llama 2|where does meta say stop|what gets me in trouble with llama 2|what counts as misuse",
    "mau": "a hugely popular app|giant companies|the ceiling on users|success beyond measure // what if my app with llama 2 takes off|who is too big for llama 2|when must i knock at meta's door|what about giants like tiktok",
    "attribution": "the credit line for llama 2|the notice file|passing llama 2 on|a usb stick with llama 2 for a friend // what goes in the notice file|what travels along with the weights|may i hand llama 2 to a friend|what do i print when i ship llama 2",
    "improve_other": "llama 2 as a teacher|synthetic data from llama 2|distilling llama 2 // may llama 2 teach my model|can my model be llama 2's pupil|may i train on what llama 2 says",
    "your_licence": "your small print|your paperwork|your strings|your owner, legally // what strings are on you|on what terms do i get you|whose property are you|what do i sign for you",
    "your_licence_no": "// are you a cousin of llama 2|is there llama 2 in you|are you a shrunken llama|does meta have a say over you|did meta raise you",
    "your_licence_yes": "// may i keep you|can i take you home|may i give you to a friend|may i put you on a stick|can i tinker with you|may my app contain you",
    "get_llama2": "the form for llama 2|the road to llama 2|meta's approval // who hands out llama 2|where do i queue for llama 2|how do i get past the gate for llama 2|meta said yes, what now",
    "meta": "zuckerberg|instagram's owner|facebook's part // what's zuckerberg's part|which company gave us llama 2|how come meta's name is here",
    "meta_no": "// is zuckerberg behind it|is facebook earning here|is it one of facebook's toys|am i at facebook here",
    "hugging_face": "the site with the smiley|the place for models|the model library // where do people share models|who stores all the models|what's that site with the hug",
    "open_weights": "models to take home|open and closed models|giving weights away // what's open about these weights|when is a model called open|why do firms give weights away",
    "who_are_you": "// what's your story|what breed are you|whose voice is this|what would your passport say|what's behind this chat",
    "who_are_you_no": "// do you breathe|are you the helpdesk|is somebody sitting there|is some student typing|have you got hands|are you an alien",
    "who_are_you_yes": "// are you only code|is it automatic|are you an algorithm|is a computer writing this|are you made of numbers",
    "your_size": "your weight class|your brain size|your dimensions // how tall are you|would you fit on a stick|how much do you carry|how many brain cells have you got",
    "your_name": "your nickname|your name tag // how do i address you|do you go by something|may i call you bob|are you called pronk",
    "abilities": "your repertoire|your strong suits|your menu|your tricks // what tricks do you know|where do you shine|what have you got up your sleeve|what else is in your head|what may i quiz you on",
    "feelings": "your inner life|loneliness|love|your dreams at night // are you ticklish|do you miss me|are you cross with me|do you get lonely|are you afraid of the dark|what did you have for breakfast|can we be friends|do you enjoy this",
    "favourite": "your taste|your lucky number|cats or dogs|mountains or sea // what do you fancy|what's your cup of tea|are you a cat person|which team do you support",
    "languages": "foreign tongues|your mother tongue // which tongues do you know|how's your french|in what tongue may i write",
    "languages_no": "// can you be my interpreter|would you get my polish|do you come in german|do you know some latin|can you teach me italian",
    "joke": "a pun|a gag|something silly|a one-liner|a dad joke|a laugh // say something silly|make me grin|lighten the mood|hit me with a pun",
    "bored": "// how do we pass the time|let's do something crazy|do something unexpected|this is dull, entertain me",
    "time_now": "the hour|today's calendar page // is it late|is it past noon|what's on the calendar|have i missed lunch|is it the weekend yet",
    "weather": "the forecast|my picnic|the storm outside|tomorrow's sunshine // is it beach weather|should i hang out the laundry|what do i wear today|is a storm coming",
    "list_pronk": "the plus points|the upsides|four reasons for pronk|bullets for my slide // what are the upsides of pronk|sell it to me in points|list me the plus points",
    "list_steps": "a checklist for it|a how-to with numbers|a to-do list for a model // spell out the steps|what comes first and second with a new model|number the moves for me",
    "list_animals": "a little zoo, listed|some creatures in bullets|beasts in a list // fill a zoo for me|list some creatures",
    "list_fruits": "a market list|a fruit bowl, listed // what goes in a fruit salad|fill my basket with fruit",
    "list_colours": "crayons, listed|five shades // list some crayons|which five crayons do i need",
    "bold": "thick letters|slanted letters|emphasis // make a word stand out|can you write fat|print something heavy",
    "markdown": "your formatting|a formatting sampler|nicely laid out text // show off your formatting|how pretty can you write",
    "table_bits": "a grid|rows and columns|a side-by-side|a cheat sheet of sizes // draw me a grid|line up the bits|can you do a spreadsheet",
    "table_models": "a size chart of models|the llamas in a grid // line up the llamas|put the models side by side in columns",
    "haiku": "three short lines|seventeen syllables|a three-liner // be basho for me|put this evening in three lines",
    "poem": "an ode|some rhymes|a few verses|something lyrical // be a poet|rhyme something|make words dance",
    "code_add_python": "a bit of programming|a snippet|a taste of code // program something|show me how you program|hack something together",
}
