"""What the model knows about pronk itself: the engine, the page, privacy, files, embedding, bigger models."""
from intents import ask, define

G = "pronk"

define(G, "pronk", "pronk|this project|this engine|the pronk project|the pronk engine|pronk the engine",
  "pronk is an inference engine that runs Llama-2-family models inside a browser tab. It reads the checkpoints as they are published and computes on your own graphics card with WebGPU. There is no server.",
  train=["what {does|can} $it do", "what $it {is|does}", "what is {this|this page|this app|this site|this website|this thing|going on here}", "what am i looking at{| here}",
         "explain {this|this page|this app|this site}", "what is {the point|the purpose|the idea} of {pronk|this}", "what is pronk {for|about|used for}",
         "{tell me|say something} {about|of} {this|pronk|this project}", "introduce pronk", "describe this {page|site|tool|demo}", "give me {an overview|a summary} of pronk", "what kind of {software|program|tool|thing} is {pronk|this}"],
  held=["i just arrived here, what is this place", "what does this website actually do", "sum up pronk for a newcomer", "who or what is pronk"],
  more="pronk is written in TypeScript, and every computation on the graphics card is a shader written by hand in WGSL. It needs no conversion step, no WebAssembly and no eval, and after the first load it works offline.",
  why="The idea is simple: a language model on your own machine keeps your words private, costs nothing per question and works without a network.", weight=3)

ask(G, "pronk_name", "A pronk is the leap of a springbok, or of a llama that is pleased with itself. It seemed a good name for a small and lively engine.",
  ["{why|how come} is {it|this|the project|this project|the engine} {called|named} pronk", "what does {the word|the name|the term} pronk mean", "where does the name {pronk |}come from", "why {the name|the name pronk|pronk}", "what is a pronk", "meaning of the name pronk", "pronk is a {funny|strange|odd|nice} {name|word}", "who named it pronk", "explain the name{| pronk}", "what does pronk stand for", "is pronk an animal", "why did {you|they} {call|name} it pronk", "origin of the name pronk", "what does it mean to pronk"],
  ["how did pronk get its name", "is there a story behind the name pronk", "what is the word pronk about"],
  more="Springboks jump straight up with stiff legs when they are excited. That jump is called pronking.")

ask(G, "how_pronk_works", "First pronk downloads the checkpoint and keeps it in your browser. Then it uploads the weights to the graphics card, turns your words into tokens, and runs the layers of the model as compute shaders, one new token at a time.",
  ["how does {pronk|this|it|this page|this engine|the engine} work", "how {is this|is it} {done|possible|made|built}", "how can {a browser|a web page|this page} run a {language |}model", "explain how {pronk|this|it} works", "what happens when i {ask|type|send} {a question|something|a message}", "how do you run in {a|my|the} browser", "how does {a model|the model|an llm} run in {a|my|the} browser", "what happens inside{| pronk}", "what are the steps{| of pronk}", "how does {pronk|it} work {inside|under the hood|technically|internally}", "tell me how {it|pronk|this} works", "how are the answers {made|computed|produced}", "how do you make {an answer|text|answers}"],
  ["walk me through how pronk works", "what goes on behind the scenes", "by what magic does this run in a browser"],
  more="The prompt is read in one go, which is called prefill. After that each step makes one token, and the keys and values of all earlier tokens wait in the KV cache.", weight=1.5)

ask(G, "server", "It all runs here, on your own machine: your browser computes every word. The page and the model are only files.",
  ["is there a server", "do {you|i} need a server", "does {pronk|it|this} {need|use|have|require} a {server|backend|cloud|remote machine}", "where is the server", "which server {do you|does it|does pronk} use", "do you run {on a server|in the cloud|on a remote computer}", "is this {running |}{in the cloud|on a server|online|on the cloud}", "do i need a {backend|server|cloud account}", "are you in the cloud", "is there {a backend|an api|a cloud service} behind {this|pronk|it|you}", "does it call an api", "do you call {openai|an api|a remote service}", "{where|on what machine} {do you run|does this run|does it run|are you running|is this running|is the model running}", "where are you {running|computed}", "where does {pronk|the model|this chat} run", "are you running {here|on my computer|locally}", "do you run locally", "is this local"],
  ["is some big machine in the cloud doing the work", "does a server answer my questions", "what computer is doing the thinking"],
  more="You can check it: open the network panel of your browser while you chat. You will see no request go out.",
  why="Because your own graphics card is fast enough for it, a server would have nothing to do.")

ask(G, "privacy", "Your words stay with you. The model runs in this tab, on your own machine, so nothing you type is sent to anybody.",
  ["{is|are} {this|it|pronk|this chat|my chat|my data|my words|our chat|the chat} {private|safe|secure|confidential}", "is my {data|text|privacy|conversation} {safe|protected|secure}", "is {pronk|this page|this app} {safe|safe to use|private}", "do you {send|store|keep|save|share|collect|record} my {data|words|messages|questions|text|chats|conversation}", "where {does|do} my {data|text|messages|words} go", "{who|can someone|can anybody|can anyone} {can |}{read|see} {my messages|what i type|what i write|my chat|this}", "do you {spy on|track|watch|log} {me|users|my chat}", "what about {privacy|my privacy|my data|data protection}", "privacy", "is my data sent {anywhere|somewhere|to a server|to the internet}", "{does|do} {anything|my words|my data|my messages} leave my {machine|computer|device|browser}", "what do you do with my data", "can i trust {you|this|pronk} with {a secret|secrets|my data}", "are my {messages|chats|questions} {stored|saved|sent|logged|recorded}", "is there {tracking|telemetry|analytics}", "do you use cookies", "who gets my data", "what happens {to|with} my {data|messages|text}", "are you listening", "do you respect my privacy", "explain {the |}privacy"],
  ["can i type something confidential here", "will anyone else see what i say", "is what i write uploaded somewhere", "do my chats stay with me"],
  more="There are no accounts, no cookies for tracking and no statistics. Only the model files are fetched, and only once.",
  why="Because there is no server, there is simply no place where your words could go.", weight=1.6)

ask(G, "offline", "pronk goes on without a network: after the first load the page and the model are kept in your browser.",
  ["does {it|this|pronk|this page} work {offline|without internet|without the internet|without a network|without wifi|on a plane|in airplane mode}", "can {i|you} {use|run} {it|this|pronk} {offline|without internet|without a network|on a plane|with no internet}", "do {i|you} need {the internet|internet|a network|wifi|to be online|an internet connection|a connection}", "{offline|offline use|offline mode}", "is {internet|a network|the internet} {needed|required|necessary}", "what {happens |}if {i am|i go} offline", "does this need {internet|a network|wifi}", "can it run offline", "will it work {offline|without a network} {later|tomorrow|after the first load}", "is pronk a pwa", "can i install {it|pronk|this|this page}", "do you work offline"],
  ["my train has no wifi, will this still work", "i want to unplug the network cable, is that ok", "can i keep using it when the connection is gone"],
  more="The files live in your browser's own storage. You can even install the page like an app.",
  why="Because nothing is computed elsewhere: once the files are here, the network has nothing left to do.")

ask(G, "formats", "pronk reads checkpoints as they are published: safetensors, PyTorch's own files and GGUF, in f32, f16, bf16 or quantized. One file or many shards are both fine.",
  ["{which|what} {formats|file formats|files|file types|checkpoint formats|weight formats|model formats} {does|can} {pronk|it|this} {support|read|load|open|run|use|take}", "{which|what} {formats|file formats|checkpoints|kind of files} {are|is} supported", "{supported|model} formats", "formats", "does {pronk|it|this} {support|read|load} {safetensors|safetensors files|f16|bf16|f32|shards}", "can {pronk|it|i} {read|open|load} {safetensors|f16|bf16|f32|float16|bfloat16} {files|weights|models|checkpoints}", "what {kind|type|sort} of {files|weights|checkpoints} {can it read|can pronk read|does it need|does pronk need|do i need}", "which {precisions|data types|dtypes|number types} {are supported|can it read|work}", "can i load {safetensors|sharded|f16|bf16} {files|models|checkpoints}", "what files {do i need|does it load|work with pronk}", "list the formats", "which file format {do i need|should i use}"],
  ["what must my model files look like", "is safetensors okay for pronk", "tell me the weight formats that work here"],
  more="A folder of safetensors holds a config.json, the tokenizer and the weights:\n\n- `config.json`\n- `tokenizer.json` or `tokenizer.model`\n- `model.safetensors`, or several shards with an index", weight=1.3,
  why="So that nobody has to convert a model before using it.")

define(G, "safetensors", "safetensors|a safetensors file|the safetensors format|safetensors files",
  "Safetensors is a simple and safe file format for weights: a short JSON header with the name, type and place of each tensor, and then the plain numbers.",
  train=["why {safetensors|safetensors files}", "how does safetensors work", "what is in a safetensors file", "is safetensors safe", "what does a safetensors file {hold|contain|look like}"],
  held=["what is inside a .safetensors file", "how is a safetensors file laid out"],
  more="Nothing in a safetensors file is code, so opening one cannot run anything. A reader can also fetch just the part it needs.")

define(G, "shards", "shards|a shard|sharded weights|a sharded checkpoint|model shards",
  "Big checkpoints are cut into several files, called shards. A file named `model.safetensors.index.json` says which tensor is in which shard.",
  train=["why {are there|so} many {files|shards}", "why is the model in {two|several|many|more than one} files", "what is {the index|model.safetensors.index.json|the index file}", "what is the index file for"],
  held=["why is a checkpoint split into parts", "what are the files called model-00001-of-00002"],
  more="Shards make a download easier to resume: if one part fails, only that part is fetched again.")

ask(G, "embed", "Load pronk's element in a script of your page, and write `<pronk-chat model=\"./models/tiny/\"></pronk-chat>` where the chat should be. That one tag brings the whole chat with it.",
  ["$how {embed|add|put|include|use|place|insert} {pronk|the chat|this chat|this|it|the element|a chat|pronk-chat|you} {on|in|into|to} $site", "$how {embed|include|integrate} {pronk|the chat|this|pronk-chat|it}", "{what is|how do i use|how does one use|tell me about|explain} {pronk-chat|<pronk-chat>|the pronk-chat element|the chat element|the custom element}", "{pronk-chat|<pronk-chat>|embed|embed it|how to embed}", "can i {have|get} {this|this chat|you} on $site", "is there {a web component|a custom element|an element|a widget|an html tag}", "{which|what} {tag|element|html|code} do i {need|use|write|put}{| for the chat| to embed pronk}", "do you have {an embed code|a widget|an embed snippet}", "i have {a website|a blog|a page}, can i {use|add|embed} pronk{| there}", "show me {how to embed pronk|the embed code|an example of pronk-chat}", "how do i add a chat to $site"],
  ["i would like this chat to appear on my homepage", "what html do i paste to get the chat box", "does pronk offer a tag for web pages"],
  more="In a script write `import \"pronk/element\"`. The attribute `model` names a repository, a web address or a folder beside your page; with `autoload` the model is loaded at once.", weight=1.8)

ask(G, "bigger_model", "Choose another model in this page: one from the list, a repository on Hugging Face, or files from your own disk. A 7B model is a download of several gigabytes and needs a strong graphics card.",
  ["$how {load|use|run|open|get|try|choose|pick|select|start} {a bigger|another|a larger|a better|a different|a real|a smarter|my own|a new} {model|one|llama|checkpoint|language model}", "$how {change|switch|replace|swap} {the |}model{|s}", "can {pronk|it|this|you} {run|load|use} {a bigger|bigger|larger|other|real|a 7b|a 13b|better} {model|models}", "{bigger|other|larger|better} models", "which {other |}models can i {use|run|load|try}", "is there a {bigger|better|larger|smarter} model", "where {do i find|can i get|are} {bigger|other|better|more} models", "you are too small, $how load a {bigger|better} {model|one}", "i want a {smarter|bigger|better|larger} {model|one|assistant}", "how do i load {llama 2|llama-2-7b|a 7b model|llama 2 7b|a llama model|llama}", "can i {load|run|use} {llama 2|a 7b model|llama-2-7b-chat|tinyllama|a llama model|my own model|my own checkpoint|files from my disk|a model from hugging face}", "how do i load a model{| from hugging face| from disk| from my computer}", "what other models are there", "load {a bigger model|another model|llama 2|a larger model}", "can i bring my own model", "how can i {get|have} better answers"],
  ["this one is tiny, where do i get a grown up model", "let me swap you for something more powerful", "i have checkpoint files on my laptop, can i use them here", "please switch to a stronger model"],
  more="The first load takes a while, since every byte has to arrive. After that the files stay in your browser and start quickly.",
  why="Bigger models know more and write better, but they need more memory and a faster graphics card.", weight=2)

ask(G, "memory_needed", "A 7B model in 16 bits takes about 13.5 gigabytes; with 4-bit weights it takes about 4. Add some room for the KV cache. I myself need only about 9 megabytes.",
  ["how much {memory|ram|vram|gpu memory|graphics memory|space} {do i need|is needed|does it need|does pronk need|does a 7b model need|does a bigger model need|does llama 2 need}", "how {big|large} is {a 7b model|the 7b model|llama 2 7b|a bigger model|the download}", "what {hardware|gpu|graphics card|machine|computer} do i need", "{hardware|system|memory} requirements", "what are the {hardware |system |}requirements", "will {it|a 7b model|llama 2|a big model} {fit|run} {on|in} my {gpu|laptop|machine|memory|computer|graphics card}", "is my {laptop|computer|gpu|graphics card|machine} {good|fast|big|strong} enough", "can my {laptop|phone|computer|gpu} run {a 7b model|llama 2|a big model}", "how many gigabytes {is|does it need|is a 7b model}", "how much disk space {do i need|does it take}"],
  ["what must my computer have for a 7b model", "is eight gigabytes of graphics memory enough", "how heavy is a seven billion parameter model"],
  more="A simple rule: parameters times bits divided by eight gives the bytes. Seven billion weights of 4 bits are about 3.5 gigabytes, plus scales.",
  why="Every weight has to be in graphics memory, since each new token reads all of them.")

ask(G, "wasm", "pronk uses no WebAssembly, no eval and no framework: it is TypeScript and hand-written WGSL shaders.",
  ["{does|do} {pronk|it|this|you} {use|need|contain|have} {wasm|webassembly|web assembly|eval|emscripten|rust|c++|python}", "is {there|this|pronk} {any |}{wasm|webassembly|eval|rust|c++|python}", "{is|was} {it|pronk} {written|made|built} {in|with} {wasm|webassembly|rust|c++|python}", "{wasm|webassembly|eval|no wasm|no eval}", "why {no|not|not use} {wasm|webassembly|eval}", "do you use {onnx|tensorflow|pytorch|a framework|llama.cpp|tvm}", "does it use {onnx|tensorflow|pytorch|a framework|llama.cpp|tvm}", "is it based on {llama.cpp|onnx|tensorflow|webassembly|a framework}", "what about {wasm|webassembly|eval}"],
  ["is any webassembly involved", "did they compile c++ for this", "does the page call eval anywhere"],
  more="That makes it easy to read, and it works under a strict content security policy.",
  why="WebGPU does the heavy work, so WebAssembly would add weight and not speed.")

ask(G, "language", "pronk is written in TypeScript, and its shaders are written by hand in WGSL.",
  ["{what|which} {language|programming language|languages} {is|was} {pronk|it|this|the engine} {written|made|built|coded} in", "what is {pronk|it|this|the engine} {written|made|built} {in|with|of}", "{how|in what} is {pronk|it} {written|coded|implemented}", "is {it|pronk} {written in |}{typescript|javascript}", "what is the tech stack", "which technologies {does pronk|do you} use", "what code is it {made of|written in}", "in which language is {it|pronk} {written|coded|programmed}"],
  ["what did the authors code pronk in", "which programming language lies behind pronk"],
  more="Each operation, such as a matrix product or a softmax, is one small shader file that you can open and read.",
  why="TypeScript is what the web is written in, and WGSL is what its graphics cards understand.")

ask(G, "free", "pronk is free and open source, under the Apache 2.0 licence. Models have licences of their own.",
  ["is {pronk|it|this} {free|open source|free to use|free software|open}", "{how much|what} does {pronk|it|this} cost", "do i {have to|need to} pay", "is there a {fee|price|cost|subscription|charge}", "what is the licen{c|s}e of {pronk|this project|the code|this engine}", "which licen{c|s}e {does|has} {pronk|the code|it} {use|have|}", "under {which|what} licen{c|s}e is {pronk|the code|it}", "can i use pronk {for free|commercially|at work|in my product|in a product}", "where is the {source|source code|code}", "is the source {code |}{open|public|available}", "price", "can i {read|see|change|copy|fork} the {code|source|source code}", "pronk's licen{c|s}e"],
  ["do i have to buy anything to use this", "may i look at the source code of pronk", "what licence covers the code of pronk"],
  more="Apache 2.0 lets you use, change and share the code, also in products, as long as you keep the notices.",
  why="So that anybody can read it, use it and make it better.")

ask(G, "how_fast", "It depends on your graphics card and on the model. A tiny model like me answers almost at once; a 7B model is limited by how fast the card can read its weights.",
  ["how fast {is|are} {pronk|it|this|you}", "how many tokens {per|a} second{| do you make| does it make}", "is {pronk|it|this} {fast|quick|slow}", "what is the speed{| of pronk}", "{speed|performance|tokens per second}", "how is the {speed|performance}", "why {are you|is it|is this|is pronk} {so |}{fast|quick|slow}", "why is {a bigger model|a 7b model|a big model} {slow|slower}", "what limits the speed", "how long does {an answer|it} take", "how quick are you", "tell me about the {speed|performance}"],
  ["will i have to wait long for replies", "what makes a model quick or slow here", "how speedy is pronk"],
  more="Each new token has to read every weight once, so memory bandwidth sets the limit. Smaller weights mean more tokens per second.",
  why="Each new token reads every weight once, so the memory of the card sets the pace.")

ask(G, "storage", "The model files are kept in your browser's own storage on this device. You can remove them at any time by clearing the data of this site.",
  ["where {are|is} the {model|models|files|weights|model files} {stored|kept|saved|cached}", "where do you {store|keep|save} the {model|models|files|weights}", "{how do i|how can i|can i} {delete|remove|clear|uninstall|erase} {the model|a model|the files|the cache|everything|the models|pronk}", "does it {store|save|keep|cache} {the model|files|anything} {on my disk|on my computer|in my browser|}", "how do i free {the |}{space|disk space|storage}", "do i have to download the model {again|every time|each time}", "is the model {cached|stored|downloaded again|saved}", "what is stored on my {disk|computer|machine|device}", "does it download {again|every time}"],
  ["how do i get rid of the downloaded files", "on what part of my machine do the weights end up", "will it fetch everything again tomorrow"],
  more="Each file is checked against its hash, so a broken download is never used. A stopped download goes on where it stopped.",
  why="So that the next visit starts at once and needs no network.")

ask(G, "own_code", "Import pronk in your own script, load a model, and ask it with messages in the same shape as the well-known chat completion API. The answer comes as a stream.",
  ["{is there|does pronk have|do you have} an api", "{how do i|how can i|can i} {use|call|import} pronk {from|in} {javascript|typescript|my code|my own code|my script|my program|a script}", "{api|javascript api|the api}", "{can|how do} i {program|script|code} {with|against} pronk", "is there {an npm package|a library|a javascript library|a package}", "can {developers|i} use pronk as a library", "how do i use the {library|api|engine}{| in code}", "does it have an openai compatible api", "is the api {like openai|openai compatible|compatible}", "how do i call the model from {code|javascript|typescript}", "how do i stream {tokens|answers} in {my code|javascript}"],
  ["i am a developer, can i drive pronk from my program", "is there something i can import in javascript", "what does the programming interface look like"],
  more="The engine can also run in a worker, so that your page stays smooth while tokens arrive.")

ask(G, "which_models", "pronk runs the Llama family, 1 to 3, and what shares its design: Mistral, Qwen2.5 and Qwen3, SmolLM2, TinyLlama, and me.",
  ["{which|what} models {does|can} {pronk|it|this} {run|support|load|use|handle}", "{which|what} models {are supported|work|work with pronk|work here|can be used}", "what {model families|architectures|kinds of models} {does it support|are supported|can it run|does pronk support}", "does {pronk|it} {support|run} {llama 2|llama|llama models|tinyllama|13b models|70b models|llama-2-family models}", "supported models", "list the models", "does it run {gpt|mistral|gemma|other architectures|llama 3}", "what is a llama-2-family model", "which checkpoints {can it run|work}", "what is the llama 2 family"],
  ["name the models pronk can handle", "is pronk only for llama 2", "what architectures are known to work"],
  more="The family shares one design: RMSNorm, rotary positions, attention with a KV cache, and SwiGLU layers.",
  why="Their layers follow one plan, so the same shaders compute all of them.")

ask(G, "phone", "It can, if the phone's browser has WebGPU. A tiny model like me runs well on a phone; big models need more memory than phones give to a tab.",
  ["does {it|pronk|this} {run|work} on {a phone|my phone|mobile|phones|android|ios|an iphone|a tablet|an ipad|my iphone}", "can i {use|run|open} {it|pronk|this} on {a phone|my phone|mobile|android|ios|an iphone|a tablet|an ipad|my tablet}", "{mobile|phone|android|iphone}", "is there {a mobile version|an app|a phone app|an android app|an iphone app}", "what about {phones|mobile|tablets|my phone}", "does my {phone|tablet|iphone} {work|run it}"],
  ["i only have a smartphone, will this go", "is a tablet good enough for this page"],
  more="On phones the page works best with small or strongly quantized models.")

ask(G, "getting_started", "Just type a question and press Enter. You can ask me about pronk, WebGPU, quantization or Llama 2, ask for a story, or load a bigger model when you like.",
  ["how do i {start|begin|get started|use this|use it|use you|use pronk|use this page|chat with you}", "how to {start|begin|use this|use pronk|get started}", "what {do|should|can} i do {here|now|first|next}", "where do i {start|begin}", "getting started", "{help|help me|i need help|can you help me|i need some help|please help}", "i am {new|new here|lost|a beginner|a newcomer}", "what now", "how does one use this {page|app|chat}", "what should i {try|ask|ask you|type}", "what {questions |}can i ask{| you}", "give me {an example question|some examples|ideas|a hint|a tip}", "instructions", "i do not know what to {ask|do|type|say}"],
  ["this is my first visit, what now", "suggest something i could ask", "i have no idea how to begin"],
  more="Good first questions are:\n\n- What is pronk?\n- Is this private?\n- What is WebGPU?\n- Tell me a story about a llama.", weight=1.5)

ask(G, "wrong_answers", "I am very small, so I make mistakes. I was trained on a few topics only; for serious questions, load a bigger model and check important facts yourself.",
  ["{can|could|may} {you|your answers} be wrong", "are you {always right|ever wrong|correct|reliable|accurate|sure|certain}", "do you make {mistakes|errors}", "can i {trust|rely on} {you|your answers|what you say}", "you are wrong", "that is {wrong|not right|incorrect|false|not true|a mistake}", "{that|this} {makes no sense|is nonsense|is not correct}", "are you sure{| about that}", "you made a mistake", "how {accurate|reliable|good} are you{|r answers}", "is that {true|right|correct}", "really", "your answer is wrong", "wrong", "no, that is wrong", "do you hallucinate", "what are your limits", "what can you not do"],
  ["should i believe everything you tell me", "i think you got that wrong", "how often are you mistaken"],
  more="A language model writes what is likely, and what is likely is not always true.",
  why="A language model writes what is likely, and what is likely is not always true.")

ask(G, "error_help", "Please try three things: reload the page, update your browser, and close other tabs that use the graphics card. If WebGPU is missing, the page will tell you.",
  ["{it|pronk|this|the page|the chat|the model} {does not|doesn't|won't} {work|load|start|run|respond}", "{i get|i see|there is} an error", "{it|the page|pronk} {crashed|is broken|froze|hangs|stopped|is stuck}", "the {model|download} {fails|failed|is stuck|does not load|stopped}", "{something is wrong|nothing works|something is broken}", "how do i fix {it|this|an error|the error}", "error", "it says {out of memory|device lost|webgpu is not supported|no adapter}", "troubleshooting", "webgpu is {not supported|missing|not available|not found}", "what do i do if it {fails|crashes|does not work|is broken}", "i have a problem{| with pronk| with the page| with this page}", "why does it not work"],
  ["the screen stays empty and i am stuck", "loading a model ended with a failure, what should i do", "help, it broke"],
  more="An error message in pronk says what was wanted, what was found and what to do about it.")
