"""What the model knows about Llama 2 and its licence."""
from intents import ask, define

G = "licence"

define(G, "llama2", "llama 2|llama-2|llama2|the llama 2 model|meta's llama 2",
  "Llama 2 is a family of open-weight language models that Meta published in July 2023, with 7, 13 and 70 billion parameters, also as chat models.",
  train=["who made llama 2", "when was llama 2 {published|released}", "how big is llama 2", "which sizes does llama 2 have", "what sizes are there of llama 2", "who is behind llama 2", "how many sizes of llama 2 are there"],
  held=["which company released llama 2", "in which year did llama 2 appear"],
  more="It can see 4096 tokens and was trained on two trillion tokens. Its weights come under the Llama 2 Community License.", weight=1.4)

define(G, "licence", "the llama 2 licence|the llama 2 license|llama 2's licence|the llama licence|the community licence|the llama 2 community license|the licence of llama 2|llama's license",
  "Llama 2 comes under Meta's own Llama 2 Community License. You may use it, also in business, if you accept its acceptable use policy, keep the attribution notice, and have no more than 700 million monthly users.",
  train=["{what|which} licen{c|s}e {does|has} llama 2 {have|use|come with|}", "under {which|what} licen{c|s}e is llama 2", "what are the {terms|rules|conditions} {of|for} llama 2", "can i use llama 2 {for free|commercially|in my product|at work|in a company|for business}", "is llama 2 {free|open source|free to use|open}", "may i use llama 2", "what does the licen{c|s}e of llama 2 say", "llama 2 licen{c|s}e", "what may i do with llama 2", "do i have to accept {a licen{c|s}e|anything}{| for llama 2}", "can i sell a product with llama 2", "what {do i need|must i know} to use llama 2"],
  held=["am i allowed to build a business on llama 2", "sum up the llama 2 license terms", "does llama 2 cost anything"],
  more="The main points are:\n\n- accept the acceptable use policy\n- keep the attribution notice\n- over 700 million monthly users need a licence from Meta\n- no use of outputs to improve other language models", weight=2,
  why="Meta wants to set conditions for its model, so it wrote a licence of its own.")

define(G, "use_policy", "the acceptable use policy|acceptable use policy|the use policy|the aup|llama 2's use policy",
  "The acceptable use policy lists what Llama 2 must not be used for, such as crime, violence, harassment, fraud or dangerous advice. You must accept it before you use the model.",
  train=["what is {forbidden|not allowed|prohibited|banned} {with|for|by} llama 2", "what {may|can|must} i not do with llama 2", "what must llama 2 not be used for", "are there {rules|limits|forbidden uses} for {using |}llama 2", "is there anything i {may|must|can} not do with llama 2", "do i have to accept the {use |acceptable use |}policy", "can i use llama 2 for {anything|everything|bad things}"],
  held=["which uses of llama 2 are off limits", "which policy goes with llama 2"],
  more="It also asks you to tell people that they are talking to a machine when that could be unclear.")

ask(G, "mau", "A company whose products had more than 700 million monthly active users when Llama 2 came out must ask Meta for a separate licence. Everyone else may use the community licence.",
  ["{what|explain|tell me about} {is |}the {700 million|700 million users|monthly active users|mau|user} {clause|rule|limit}", "what about {700 million|the 700 million} users", "{how many|is there a limit on} users {may i have|are allowed|can i have}{| with llama 2}", "why 700 million{| users}", "what does 700 million {mean|have to do with llama 2}", "what if i have {more than |over |}700 million {monthly |}users", "is there a limit on users for llama 2", "do big companies {need|pay for} {another licence|a licence|llama 2}", "can {google|apple|amazon|a big company|large companies} use llama 2", "700 million", "what is {mau|the mau clause|the mau limit}", "when do i need {another|a separate|a special} licen{c|s}e from meta"],
  ["how many monthly users are fine under the llama 2 licence", "who has to ask meta for a separate licence", "my service is huge, may i use llama 2"],
  more="The number is counted in the month before the release of the model, so the clause is about very large companies.")

ask(G, "attribution", "Copies of Llama 2 must come with the licence text and this notice: \"Llama 2 is licensed under the LLAMA 2 Community License, Copyright (c) Meta Platforms, Inc. All Rights Reserved.\"",
  ["what is the {attribution|attribution notice|notice|copyright notice} {of|for} llama 2", "what {attribution|notice|credit} {must i give|do i need|is needed|is required}", "{attribution|attribution notice|the notice}", "do i have to {credit|name|mention} {meta|llama 2}", "what must i write when i {share|publish|distribute} llama 2", "what notice must i {keep|show|give|include}", "can i {share|redistribute|pass on|distribute|copy} {llama 2|the weights|llama 2 weights}", "how do i {give credit|attribute llama 2|credit meta}", "what do i have to add when i share the weights"],
  ["which text must accompany copies of llama 2", "how should meta be credited", "may i give copies of llama 2 to others"],
  more="The notice belongs in a text file called \"Notice\" that goes with the copies.")

ask(G, "improve_other", "No. The Llama 2 licence says that you may not use the model or its outputs to improve any other large language model, except Llama 2 and works derived from it.",
  ["{can|may} i {use|take} {the |}{outputs|answers|output} {of llama 2 |from llama 2 |}to {train|improve|teach|make|build} {another|other|a different|my own|a new} {model|models|language model|llm}", "can i {train|improve|teach} {another|my own|a new} model {with|on|using} {llama 2|its outputs|llama 2 outputs|the answers|its answers}", "what about {training|improving} other models{| with llama 2}", "may outputs be used {for training|to train models|to improve other models}", "can llama 2 {teach|train|improve} {other|another} {models|model}", "what may i do with {the outputs|the answers|llama 2 outputs}", "is distillation {allowed|ok} with llama 2", "can i distill llama 2"],
  ["is it fine to teach a new model with text from llama 2", "do the terms let me train a rival model on its outputs", "may llama 2 text go into the training data of something else"],
  more="Models that are themselves made from Llama 2 are allowed. They keep the same licence.")

ask(G, "your_licence", "I come under the Apache 2.0 licence, like pronk itself. I have the same architecture as Llama 2, but I was trained from nothing and share no weights with it.",
  ["what is your licen{c|s}e", "{which|what} licen{c|s}e do you {have|use|come with}", "under {which|what} licen{c|s}e are you", "are you {llama 2|llama|made from llama 2|derived from llama 2|based on llama 2|a llama model|made by meta|from meta|meta's model}", "do you {belong to|come from} meta", "are you free to use", "may i {use|copy|share|change} you", "does the llama 2 licen{c|s}e {apply to|cover} you", "is the llama 2 licen{c|s}e valid for you", "are you open source", "what are your {terms|conditions}", "do you contain weights from {llama 2|meta}"],
  ["am i free to copy you, tiny model", "is meta your maker", "do the rules of llama 2 hold for you as well"],
  more="Only the plan of my layers is the same, so that the same engine can run both.", weight=1.2,
  why="So that you may do with me what you like.")

ask(G, "get_llama2", "Go to the page of a Llama 2 model on Hugging Face, sign in and accept Meta's licence. Once you have access, load it here by its repository name, or download the files and pick them from your disk.",
  ["{where|how} {can i|do i} {get|download|find|obtain} {llama 2|the llama 2 weights|llama 2 weights|llama-2-7b|the weights of llama 2}", "how do i get access to llama 2", "download llama 2", "where {is|are} {llama 2|the llama 2 weights} {found|available|kept|published}", "do i need an account {for|to get|to download} llama 2", "where does llama 2 come from", "i want {to download llama 2|the llama 2 weights}", "how can i download {llama 2|llama}"],
  ["what are the steps to obtain llama 2", "i would like a copy of llama 2, where do i go"],
  more="Approval often takes minutes to hours. Keep the licence and the notice with your copy.")

define(G, "meta", "meta|meta platforms|facebook",
  "Meta is the company that trained and published Llama 2. pronk is a separate project and does not belong to Meta.",
  train=["is {pronk|this|this page} {made by|from|part of} {meta|facebook}", "does pronk belong to meta", "is pronk an official {meta|llama} project", "what does meta have to do with {this|pronk}"],
  held=["is meta involved in pronk", "does facebook run this site"],
  more="Only the licence of the Llama 2 weights comes from Meta. The code of pronk is under Apache 2.0.")

define(G, "hugging_face", "hugging face|huggingface|the hub|the hugging face hub",
  "Hugging Face is a website where people publish models. pronk can read a model straight from a repository there, one file after another.",
  train=["does pronk {use|work with} hugging face", "what is a repository{| on hugging face}"], held=["which site hosts all those models"],
  more="A repository holds the weights, the tokenizer and the config. pronk fetches exactly one fixed version of it.")

define(G, "open_weights", "open weights|an open-weight model|open models|open weight models",
  "Open weights means that anybody can download the numbers of a model and run it themselves, under the terms of its licence.",
  train=["are open weights {the same as |}open source", "is open weight open source", "why open weights"], held=["are the numbers of llama 2 open to all"],
  more="Open weights let you run a model at home, as you do now, without asking anybody.")
