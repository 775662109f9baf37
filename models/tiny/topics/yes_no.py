"""Yes/no questions, answered yes or no in the sense asked: "Is it private?" yes, "Does my data leave?" no.

Each sense of a topic is an intent of its own beside the topic's open one, which `settle` clears of yes/no questions.
`denied` answers a claim put in the negative ("my data does not leave, right?"). Nothing here is asked openly ("where …").
"""
import re

from intents import ask, intent_of
from topics import gpu, licence, model, pronk, quant, talk  # noqa: F401 (their topics are divided here)
from wording.frames import split

BASES = {}


def sense(base, name, answer, denied, claims, wholes, held, weight=1.0):
    """The intent `base`_`name`: claims are phrases of kind `c` (frames.py), wholes and held are templates."""
    found = intent_of(base)
    intent = ask(found.group, f"{base}_{name}", answer, split(wholes), split(held), more=found.more, why=found.why, weight=weight, denied=denied)
    intent.phrases = {"c": split(claims)}
    BASES.setdefault(base, []).append(intent)
    return intent


sense("privacy", "yes", "Yes, it is private. Nothing you type leaves your device: the model runs in this tab.",
  "It is private: nothing you type leaves your device, since the model runs in this tab.",
  "this ~is~ private|my chat ~is~ private|this conversation ~is~ private|it ~is~ private|it ~is~ safe|this ~is~ safe|this ~is~ confidential|this chat ~is~ secure|my data ~is~ safe|my messages ~are~ private|my words ~are~ safe|pronk ~does~ respect my privacy|it ~does~ protect my privacy|i ~can~ tell you a secret|i ~can~ type private things|i ~can~ paste confidential text|i ~can~ trust this page|my data ~does~ stay on my computer|my data ~does~ stay here|my words ~do~ stay with me|everything ~does~ stay on my device|what i type ~does~ stay private|our chat ~is~ between us|everything i write ~is~ kept private",
  "{is|are} {this|it|pronk|this chat|my chat|my data|my words|our chat|the chat|my messages|my questions} {private|safe|secure|confidential|protected}|is {pronk|this page|this app|it} {safe|safe to use|private|secure|trustworthy}|do you {respect|protect} my {privacy|data}|can i {trust|rely on} {this|pronk|this page} {with a secret|with secrets|with my data}|{may|can|should} i {write|type|tell you|say|paste|enter} {something|anything|things that are} {private|confidential|personal|secret|sensitive}|{i have|can i tell you} a secret|do my {words|questions|messages|secrets} {stay|remain} {here|with me|on my computer|on my device|private|in the browser}|is {my chat|what i write|my conversation} {kept secret|confidential|secret}|private or not|is it {really|truly|actually|100%} private|is this {between us|confidential|a private chat}|does {my data|everything|what i type} stay {here|local|on my machine|on my device}|is this safe for {work|company secrets|private things|medical questions}",
  "can i type something confidential here|do my chats stay with me|is my secret safe with you|would you say this chat is private", 1.7)
sense("privacy", "no", "No, nothing you type leaves your device. The model runs in this tab, and nobody else can read along.",
  "Right, nothing you type leaves your device: the model runs in this tab.",
  "my data ~does~ leave my computer|my data ~does~ leave|my data ~does~ leave my device|my words ~are~ sent somewhere|my messages ~are~ sent to a server|my questions ~are~ sent to a server|my text ~is~ uploaded|my chat ~is~ uploaded|my prompts ~are~ sent to openai|anyone ~can~ read this|someone ~can~ see my messages|somebody else ~can~ read this|you ~can~ see my files|you ~do~ collect data|you ~do~ track me|you ~do~ share my data|you ~do~ sell my data|you ~do~ send my words away|pronk ~does~ spy on me|pronk ~does~ send data|pronk ~does~ send my messages to a server|the page ~does~ track users|the page ~does~ send anything|you ~are~ spying on me|you ~are~ listening|my messages ~are~ used for training|my chats ~are~ used to train models|you ~do~ learn from my chats|anything ~is~ sent|anything ~does~ leave my machine|anything ~is~ sent to the cloud|google ~does~ get my data|meta ~can~ see this|it ~does~ log what i say|it ~does~ upload my text|my boss ~can~ read this|it ~does~ use trackers",
  "{does|do|will|did} {anything|my words|my data|my messages|my text|my prompts|what i type|any data|something} {leave|get out|go out|leave my machine|leave my computer|leave my device|leave the browser|leave this page|leave my laptop}|is {my data|my text|what i type|anything} {sent|uploaded|transmitted|shared}{| anywhere| somewhere| to a server| to the internet| to the cloud| with anyone}|are my {messages|chats|questions|prompts|words} {sent|logged|uploaded|recorded|read|shared|sold}{| anywhere| somewhere| by anyone}|do you {send|share|collect|record|log|track|sell|leak|report|upload} {me|my data|my words|my messages|my questions|my conversation|anything}|do you {spy on|watch|track|follow} {me|users|us}|{can|could|will|does} {somebody|anybody|anyone|anyone else|other people|others|someone|my boss|google|the government|meta|a stranger} {see|read|watch|know|get} {this|what i say|what i type|what i write|my messages|my chat}|is there {tracking|telemetry|analytics|any tracking}|do you use {cookies|trackers|analytics}|are you {listening|watching me|spying|recording this}|are we {being watched|overheard}|is someone {reading|listening|watching}{| this| me}|do you train on my {data|chats|words|messages}|is my data used {for training|to train you|by anyone}|any {tracking|telemetry|analytics|cookies|spying}|does {it|pronk|this|this page} {phone home|send data|call home|leak anything|send anything out}",
  "is what i write uploaded somewhere|could a stranger look at our chat|are my prompts going anywhere", 2.0)
sense("privacy", "kept", "Only on your own device: this page can keep your chats here until you delete them. Nothing is sent anywhere.",
  "Only on your own device: this page can keep your chats here until you delete them. Nothing is sent anywhere.",
  "you ~do~ store what i type|you ~do~ save my chats|you ~do~ keep my messages|my messages ~are~ stored|my chats ~are~ saved|this conversation ~is~ saved|our chat ~is~ kept|you ~do~ remember this tomorrow|the page ~does~ save my conversation|my history ~is~ stored",
  "do you {store|keep|save|remember} my {data|words|messages|questions|text|chats|conversations|history}|are my {messages|chats|questions|conversations} {stored|saved|kept}{| anywhere| somewhere}|where {are|do you keep|do you store|do you save} my {chats|conversations|messages}{| stored| kept| saved|}|is {this chat|our conversation|what i type|my history} {saved|stored|kept}|will my {chat|conversation|history} {be saved|be kept|be there tomorrow|survive a reload}|how do i delete my {chats|conversations|history|messages}|{can|may} i delete {this conversation|my chats|my history}",
  "does the page keep a copy of our talk|are conversations written down anywhere", 0.9)

sense("server", "no", "No, there is no server behind this chat. The page and the model are files; all the computing happens in your browser, on your own machine.",
  "Right, there is no server behind this chat: all the computing happens in your browser, on your own machine.",
  "there ~is~ a server|this ~is~ running on a server|this ~is~ running in the cloud|you ~are~ running in the cloud|you ~are~ on a server|pronk ~does~ need a server|it ~does~ need a server|it ~does~ use the cloud|it ~does~ need a backend|it ~does~ call an api|this ~does~ use an api|the page ~does~ talk to a server|this ~does~ run in a datacenter|a server ~does~ answer me|openai ~is~ behind this|somebody else's computer ~does~ do the work",
  "is there {a server|a backend|a cloud service|an api|a data center}{| behind this| behind pronk| behind it| behind you| involved}|{does|do} {pronk|it|this|you} {need|use|have|require|run on|talk to} {a server|servers|a backend|the cloud|a remote machine|some server}|do i need {a server|a backend|a cloud account}|{are|do} you {run |}{in the cloud|on a server|on a remote computer|hosted somewhere}|is {this|it} {running |}{in the cloud|on a server|online|remote|hosted}|does it call {an api|openai|a remote service}|do you call {openai|an api|a remote service}|{is|are} {my questions|my question} answered by a {server|cloud|data center}|{does|will} {a|any|some} {server|cloud|data center} {answer|reply|do the work|see my questions}|is {a big|some|another|a distant} {machine|computer} {doing|at} {the work|work}",
  "is some big machine in the cloud doing the work|does a server answer my questions|do you need a data center", 1.1)
sense("server", "yes", "Yes, it all runs here: your browser computes every word on your own machine, without a server.",
  "It does run here: your browser computes every word on your own machine, without a server.",
  "the model ~is~ running on my computer|the model ~is~ running locally|you ~are~ running locally|this ~is~ running locally|it ~does~ run on my own machine|everything ~does~ happen locally|everything ~does~ run in my browser|the model ~does~ run in my browser|this ~does~ use my gpu|my own graphics card ~does~ do the work|it ~is~ local|this ~is~ serverless",
  "are you running {here|on my computer|locally|on my machine|in my browser}|do you run {locally|here|on my machine|in my browser|on my gpu}|is {this|it|the model} {local|running locally|on my machine|on my computer|serverless|in my browser}|does {it|this|the model} {run|work} {locally|on my machine|in my browser|on my gpu|on my own computer}|is {my gpu|my graphics card|my computer|my laptop} {doing|computing} {this|the work|the answers}|no server{| at all| really}|really no server",
  "is my own laptop doing the thinking|does all of it happen on my side", 0.9)

sense("offline", "yes", "Yes. After the first load the page and the model are kept in your browser, so pronk works without a network.",
  "It does work offline: after the first load the page and the model are kept in your browser.",
  "it ~does~ work offline|pronk ~does~ work offline|this ~does~ work without internet|you ~do~ work offline|it ~does~ run without a network|i ~can~ use it offline|i ~can~ use this without internet|i ~can~ use pronk on a plane|it ~will~ work without wifi|it ~is~ an offline app|i ~can~ install it|pronk ~is~ a pwa",
  "does {it|this|pronk|this page} {work|run|function} {offline|without internet|without the internet|without a network|without wifi|on a plane|in airplane mode|in the subway|without a connection}|can {i|you} {use|run} {it|this|pronk} {offline|without internet|without a network|on a plane|with no internet|on the train}|can it run offline|will it {work|still run|go on|keep going|continue} {offline|without a network|when the internet is gone|when the network is off|after the first load|if i lose wifi}|do you {still |}work {offline|on a train|on an airplane|in flight mode|when i am offline}|can i {install|add} {it|pronk|this|this page}|is pronk a pwa|{can|may} i {pull|unplug|cut|turn off|switch off} the {cable|network|wifi|internet|router|modem}|can i {take|use} {it|you|this} {on a train|on a plane|on an airplane|on a trip|in a tunnel|on holiday}|i am {in a plane|on a train|offline}, does it work",
  "my train has no wifi, will this still work|i want to unplug the network cable, is that ok|can i keep using it when the connection is gone", 1.2)
sense("offline", "no", "No, not after the first load: then the page and the model are in your browser, and pronk works without a network.",
  "Right, you do not, after the first load: then the page and the model are in your browser.",
  "it ~does~ need internet|pronk ~does~ need the internet|you ~do~ need a connection|this page ~does~ need wifi|an internet connection ~is~ required|i ~must~ be online|i ~do~ need internet|i ~do~ have to stay connected|it ~does~ need to be online|internet ~is~ needed",
  "do {i|you} need {the internet|internet|a network|wifi|to be online|an internet connection|a connection}{| for this| all the time| to chat}|is {internet|a network|the internet|a connection|wifi} {needed|required|necessary}|does {this|it|pronk} {need|require|use} {internet|the internet|a network|wifi|a connection|to be online}{| all the time|}|must i {stay|be} {connected|online}|internet {needed|required|necessary}|do i have to {be|stay} {online|connected}",
  "must i have wifi all the time|is a connection required while i chat", 0.9)

sense("free", "yes", "Yes, pronk is free and open source, under the Apache 2.0 licence. Models have licences of their own.",
  "It is free and open source, under the Apache 2.0 licence. Models have licences of their own.",
  "pronk ~is~ free|this ~is~ free|it ~is~ free to use|it ~is~ open source|pronk ~is~ open source|the code ~is~ open|i ~can~ use pronk at work|i ~can~ use pronk in my company|i ~can~ use pronk commercially|i ~can~ see the source code|i ~can~ change pronk|this ~is~ free software|pronk ~is~ apache licensed|pronk ~is~ on github",
  "is {pronk|it|this} {free|open source|free to use|free software|open|free of charge}|can i use pronk {for free|commercially|at work|in my product|in a product}|is the {source|code|source code} {open|public|available|free}|{can|may} i {read|see|change|copy|fork|look at|inspect} the {code|source|source code}|can i {use|sell|fork|modify} pronk{| in my product| commercially| for free| at work}|is it on github|the code of pronk, is it open",
  "may i look at the source code of pronk|is pronk gratis", 0.9)
sense("free", "no", "No, it costs nothing, and you need no account. pronk is free and open source, under the Apache 2.0 licence.",
  "Right, it costs nothing, and you need no account. pronk is free and open source.",
  "i ~must~ pay|i ~do~ have to pay|i ~do~ need to pay|it ~does~ cost money|this ~does~ cost anything|pronk ~does~ cost something|there ~is~ a subscription|i ~do~ need an account|i ~must~ sign up|i ~do~ have to log in|there ~is~ a paid version|there ~are~ hidden costs|i ~do~ need an api key|i ~do~ need a credit card",
  "do i {have to|need to} {pay|sign up|log in|register|buy anything|buy something|subscribe}{| for this| to use it|}|is there a {fee|price|cost|subscription|charge|catch|paid version|trial}|do i need {an account|a login|an api key|a credit card|to register|a subscription|a licence}|do you {charge|take} {money|anything}|does {it|this|using it|pronk} cost {money|anything|something}|{is|are} there {hidden costs|any costs|costs|ads}|must i {pay|register|sign in}",
  "do i have to buy anything to use this|will i get a bill|is some login needed", 0.9)

sense("wasm", "no", "No. pronk uses no WebAssembly and no eval: it is TypeScript and hand-written WGSL shaders, and nothing else.",
  "Right, pronk uses no WebAssembly and no eval: it is TypeScript and hand-written WGSL shaders.",
  "pronk ~does~ use wasm|it ~does~ use webassembly|this ~does~ use eval|there ~is~ any wasm|this ~is~ compiled c++|pronk ~is~ written in rust|it ~is~ written in c++|it ~is~ written in python|pronk ~is~ based on llama.cpp|it ~does~ use onnx|it ~does~ use pytorch|it ~does~ use a framework|it ~is~ built on transformers.js|you ~do~ need python|i ~do~ need to install python|this ~is~ wasm|it ~does~ use webllm",
  "{does|do} {pronk|it|this|you} {use|need|contain|have} {wasm|webassembly|web assembly|eval|emscripten|rust|c++|python|onnx|tensorflow|pytorch|a framework|llama.cpp|tvm}|is {there|this|pronk} {any |}{wasm|webassembly|eval|rust|c++|python}|{is|was} {it|pronk} {written|made|built} {in|with} {wasm|webassembly|rust|c++|python|java|go}|is it based on {llama.cpp|onnx|tensorflow|webassembly|a framework|webllm}|is {webassembly|wasm|c++|eval} {involved|used|part of it|inside}|{did they|do they|does it} compile {c++|rust|c}|does {the page|the code|anything} {call|use} {eval|wasm}|{any|some} {wasm|webassembly|c++|frameworks} {inside|in it|involved}",
  "is any webassembly involved|did they compile c++ for this|does the page call eval anywhere", 0.9)
sense("language", "yes", "Yes, pronk is written in TypeScript, and its shaders are written by hand in WGSL.", "It is: pronk is written in TypeScript, and its shaders by hand in WGSL.",
  "pronk ~is~ written in typescript|it ~is~ typescript|this ~is~ javascript|pronk ~is~ pure typescript|the shaders ~are~ written by hand|it ~does~ use typescript",
  "is {it|pronk|this} {written in |made with |}{typescript|javascript}|{did they|do you|does it} use {typescript|javascript}|are the shaders {hand-written|written by hand|hand made}", "was typescript used for this", 0.6)

sense("which_models", "yes", "Yes. pronk runs the Llama family, 1 to 3, and what shares its design: Mistral, Qwen2.5 and Qwen3, SmolLM2, TinyLlama, and me.",
  "It does: pronk runs the Llama family and what shares its design, such as Mistral, Qwen2.5 and Qwen3, SmolLM2 and TinyLlama.",
  "pronk ~does~ run llama 3|it ~does~ support mistral|it ~can~ run 70b models|pronk ~does~ support llama 2|pronk ~can~ run tinyllama|it ~does~ support other architectures|it ~can~ run qwen|pronk ~does~ work with qwen3|it ~can~ run smollm2|it ~does~ run code llama|it ~does~ run vicuna",
  "{does|can|will} {it|pronk|this|the engine} {support|run|handle|load|work with} {llama 2|llama|llama 3|llama models|tinyllama|13b models|70b models|mistral|qwen|qwen3|qwen2.5|smollm2|code llama|vicuna|other architectures}|can i {run|use|load|try} {mistral|qwen|llama 3|smollm2|tinyllama|code llama}{| here|}",
  "would mistral run in here|are qwen checkpoints fine", 0.9)
sense("which_models", "no", "No, not that one. pronk runs the Llama family and what shares its design, such as Mistral, Qwen2.5 and Qwen3, SmolLM2 and TinyLlama.",
  "Right, not that one. pronk runs the Llama family and what shares its design, such as Mistral, Qwen2.5 and Qwen3, SmolLM2 and TinyLlama.",
  "it ~does~ run gpt|pronk ~does~ run gpt-2|it ~does~ run gemma|it ~can~ run stable diffusion|it ~does~ support bert|all models ~do~ work|pronk ~can~ run any model|it ~can~ run chatgpt|it ~does~ run claude|pronk ~can~ run whisper|it ~does~ run mixtral|it ~does~ make images",
  "{does|can|will} {it|pronk|this|the engine} {support|run|handle|load|work with} {gpt|gpt-2|gpt-4|gemma|bert|stable diffusion|whisper|mixtral|chatgpt|claude|any model|all models|every model|image models}|can i {run|use|load} {gemma|gpt-2|chatgpt|stable diffusion|whisper|claude}{| here|}",
  "would gemma run in here|are image generators supported", 0.6)
sense("formats", "yes", "Yes. pronk reads safetensors, PyTorch's own files and GGUF as they are published, quantized ones too.",
  "It does: pronk reads safetensors, PyTorch's own files and GGUF as they are published, quantized ones too.",
  "pronk ~does~ read safetensors|pronk ~does~ support safetensors|it ~does~ support f16|it ~does~ support bf16|it ~can~ open sharded models|it ~can~ read bf16 files|i ~can~ load safetensors|it ~can~ load f32 weights|pronk ~does~ read gguf|i ~can~ load gguf files|it ~does~ support gptq|it ~does~ support awq|pronk ~can~ load quantized models|it ~can~ open pytorch files",
  "{does|can} {pronk|it|this|you} {support|read|load|open|take|accept} {safetensors|safetensors files|f16|bf16|f32|shards|gguf|gguf files|gptq|awq|exl2|quantized models|pytorch files|bitsandbytes}|can i load {safetensors|sharded|f16|bf16|gguf|quantized|gptq|awq} {files|models|checkpoints}|{is|are} {safetensors|f16|bf16|f32|gguf|gptq} {ok|okay|fine|good|accepted|allowed|supported}{| for you| here}|can you {read|open|take} {my files|my weights|my checkpoint}|is gguf supported",
  "is safetensors okay for pronk|will a gguf file open here", 0.9)
sense("formats", "no", "No, nothing has to be converted. pronk reads a checkpoint as it is published.", "Right, nothing has to be converted. pronk reads a checkpoint as it is published.",
  "pronk ~does~ need a conversion|i ~must~ convert my model|i ~do~ have to convert the weights|the model ~must~ be compiled|there ~is~ a conversion step|i ~do~ need to prepare the files",
  "{do i|must i|should i|do i have to|do i need to} {convert|prepare|compile|quantize} {the model|my model|files|the weights|my checkpoint|anything}{| first|}|is {a conversion|any conversion|a build step|a conversion step} {needed|necessary|required}|does {the model|a model} {need|have} to be {converted|compiled|prepared}",
  "must a checkpoint be changed before use|is there some converter i have to run", 0.7)

sense("languages", "no", "No, I only speak English. A larger model speaks many languages, and you can load one in this page.",
  "Right, I only speak English. A larger model speaks many languages, and you can load one in this page.",
  "you ~do~ speak german|you ~do~ speak french|you ~do~ speak spanish|you ~do~ speak chinese|you ~do~ speak other languages|you ~can~ translate|you ~can~ speak other languages|you ~do~ understand german|you ~do~ know italian|you ~are~ multilingual|i ~can~ write in german|i ~can~ ask in french|you ~do~ speak dutch|you ~can~ answer in spanish",
  "{do|can|could|will} you {speak|talk|understand|write|know|read|answer in|reply in|use} {german|french|spanish|italian|chinese|japanese|russian|dutch|polish|portuguese|arabic|hindi|turkish|latin|klingon|my language|another language|other languages|any other languages|something other than english}|can you translate{| something| this| a text}|{may|can|could} {we|you} {continue|talk|go on|reply|answer|write} in {german|spanish|french|italian|my language}",
  "could you reply to me in spanish", 1.1)
sense("languages", "yes", "Yes, I speak English, and only simple English.", "I do speak English, and only simple English.",
  "you ~do~ speak english|you ~do~ understand english|english ~is~ your only language|you ~do~ only speak english|i ~must~ write english", "do you {speak|understand|know} english|is english {the only|your only|all} {language|you speak}{| you know}", "is english what you talk", 0.4)

sense("who_are_you", "no", "No, I am a tiny demo model of 4 million parameters. I run right here in your browser, on pronk.",
  "Right, I am a tiny demo model of 4 million parameters, and I run right here in your browser.",
  "you ~are~ a human|you ~are~ human|you ~are~ real|you ~are~ a person|you ~are~ chatgpt|you ~are~ a real person|you ~are~ alive|i ~am~ talking to a human|this ~is~ chatgpt|you ~are~ gpt|you ~are~ siri|you ~are~ claude|there ~is~ a person behind this|somebody ~is~ typing this|you ~are~ gemini",
  "are you {a|} {human|person|real person|man|woman|human being|llama|animal}|are you {real|human|alive|chatgpt|gpt|gpt-4|claude|siri|alexa|gemini|copilot|bing}|is this {chatgpt|gpt|claude|a human|a person|gemini}|{am i|are we} {talking|speaking|chatting} {to|with} {a human|a person|chatgpt|a real person}|is {anybody|a person|a human|somebody} {there|typing|writing this}|is there a {person|human} behind {you|this}",
  "is some person typing these answers|are you the same as chatgpt", 0.9)
sense("who_are_you", "yes", "Yes, I am a program: a tiny language model of 4 million parameters that runs in your browser.",
  "I am one: a tiny language model of 4 million parameters that runs in your browser.",
  "you ~are~ a robot|you ~are~ a bot|you ~are~ an ai|you ~are~ a machine|you ~are~ a computer|you ~are~ a language model|you ~are~ a chatbot|you ~are~ a program|i ~am~ talking to a bot|i ~am~ talking to a machine|this ~is~ an ai|this ~is~ a bot|you ~are~ software|you ~are~ artificial",
  "are you {a|an} {bot|robot|machine|ai|computer|program|language model|chatbot|model|assistant|llm|virtual assistant}|are you {artificial|software|automatic}|is this {a bot|an ai|a robot|a machine|a language model}|{am i} {talking|speaking|chatting} {to|with} {a bot|a machine|an ai|a robot|a computer}|{so you|you} are {a model|an ai|a bot|a robot}",
  "is it a machine that answers me|are you some kind of software", 0.7)

sense("wrong_answers", "yes", "Yes, I am very small and I make mistakes. Please check important facts yourself, or load a larger model.",
  "I do make mistakes: I am very small. Please check important facts yourself, or load a larger model.",
  "you ~do~ make mistakes|you ~do~ hallucinate|you ~do~ make things up|you ~can~ be wrong|your answers ~can~ be wrong|you ~are~ sometimes wrong|you ~do~ invent things",
  "{can|could|may} {you|your answers} be wrong|are you {ever|sometimes|often} {wrong|mistaken}|do you {make mistakes|make errors|hallucinate|lie|invent things|make things up|ever fail|guess}|should i {check|verify|double-check} {your answers|what you say|this}",
  "is it possible that you err|do you ever get things wrong", 0.6)
sense("wrong_answers", "no", "No, not always: I am very small and know a few topics only. Please check important facts yourself, or load a larger model.",
  "Right, not always: I am very small and know a few topics only.",
  "you ~are~ reliable|your answers ~are~ correct|your answers ~are~ true|i ~can~ trust you|i ~can~ rely on you|i ~can~ rely on your answers|you ~are~ always right|you ~do~ know everything|you ~are~ always correct|you ~do~ tell the truth",
  "are you always {right|correct|sure}|are you {reliable|accurate|certain|infallible}|can i {trust|rely on|believe} {you|your answers|what you say}|{should|can|may} {i|one|we} believe {you|what you say|everything|everything you say}|are your {answers|replies|facts} {always |}{true|correct|checked|right}|is {your answer|everything you say} {always |}{true|correct|right}|are you {sure|certain}{| about that| of that|, really}|do you {always tell the truth|know everything}",
  "should i believe everything you tell me|can one count on your replies", 0.8)

sense("licence", "yes", "Yes, also in business, under Meta's Llama 2 Community License: accept its use policy, keep the notice, and have no more than 700 million monthly users.",
  "You may, also in business, under Meta's Llama 2 Community License and its use policy.",
  "llama 2 ~is~ free to use|llama 2 ~is~ free for commercial use|i ~can~ use llama 2 commercially|i ~can~ use llama 2 for free|i ~can~ use llama 2 at work|i ~can~ use llama 2 in my company|i ~can~ use llama 2 in a product|i ~may~ use llama 2|i ~can~ make money with llama 2|my startup ~can~ use llama 2|commercial use of llama 2 ~is~ allowed|llama 2 ~is~ free",
  "{can|may} {i|we|a company|my boss|startups|my company|a business} {use|build on|sell|work with} llama{| 2} {commercially|at work|for free|in production|for business|in an app|in a product|}|is llama 2 {free|free to use|allowed at work}|can i {make|earn} money with llama 2|can i sell a product with llama 2|{am i|are companies|is a company|is a business} allowed to {use|sell|work with|earn money with} llama 2",
  "am i allowed to build a business on llama 2|is a commercial app with llama 2 fine", 0.8)
sense("licence", "no", "No, not in the strict sense: the weights of Llama 2 are open, but Meta's own licence sets conditions, such as a use policy.",
  "Right, not in the strict sense: the weights of Llama 2 are open, but Meta's own licence sets conditions.",
  "llama 2 ~is~ open source|llama 2 ~is~ apache licensed|the llama licence ~is~ open source|llama 2 ~is~ mit licensed|llama 2 ~is~ public domain|llama 2 ~is~ free software",
  "is llama 2 {open source|really open source|free software|open|apache licensed|under apache|in the public domain}|is {the llama licence|meta's licence} an open source licence", "does llama 2 count as open source", 0.6)
sense("meta", "no", "No, pronk is a separate project. Meta trained and published Llama 2, and pronk only runs such models.",
  "Right, pronk is a separate project and has nothing to do with Meta.",
  "pronk ~is~ from meta|pronk ~is~ made by meta|pronk ~does~ belong to meta|meta ~did~ make pronk|meta ~does~ own pronk|pronk ~is~ a meta project|you ~are~ paid by meta|facebook ~is~ behind this",
  "is {pronk|this|this page|this site} {made by|from|part of|by|owned by|a product of} {meta|facebook}|does pronk belong to meta|is pronk an official {meta|llama} project|{is|was} {meta|facebook} {involved|part of this|behind this|behind pronk}{| in pronk| in this}|does {meta|facebook} {own|run|pay for|make} {this|pronk|this page|this site}",
  "has pronk got something to do with facebook", 0.5)
sense("your_licence", "no", "No, I only have the same architecture as Llama 2. I was trained from nothing, share no weights with it, and come under Apache 2.0.",
  "Right, I only have the same architecture as Llama 2. I was trained from nothing and share no weights with it.",
  "you ~are~ llama 2|you ~are~ based on llama 2|you ~are~ made by meta|you ~are~ derived from llama|you ~are~ a llama model|you ~are~ from meta|you ~do~ contain llama weights|you ~do~ belong to meta|the llama licence ~does~ apply to you|you ~are~ fine-tuned from llama 2",
  "are you {llama 2|llama|made from llama 2|derived from llama 2|based on llama 2|a llama model|made by meta|from meta|meta's model|a llama 2 model|related to llama 2|the same as llama 2}|do you {belong to|come from} meta|does the llama 2 licen{c|s}e {apply to|cover} you|is the llama 2 licen{c|s}e valid for you|do you contain weights from {llama 2|meta}|is this {llama 2|llama}",
  "do the rules of llama 2 hold for you as well", 0.8)
sense("your_licence", "yes", "Yes. I come under the Apache 2.0 licence, like pronk itself: you may use, copy and change me.", "You may: I come under the Apache 2.0 licence, like pronk itself.",
  "you ~are~ open source|you ~are~ free to use|i ~can~ copy you|i ~can~ use you commercially|i ~may~ download you|you ~are~ apache licensed", "may i {use|copy|share|change|download|sell|reuse} you|are you {free to use|open source|apache licensed|free}|can i {copy|share|download|use} {you|this tiny model|your weights}",
  "am i free to copy you, tiny model", 0.6)

sense("bigger_model", "yes", "Yes. Choose another model in this page: one from the list, a repository on Hugging Face, or files from your own disk.",
  "You can: choose another model in this page, one from the list, a repository on Hugging Face, or files from your own disk.",
  "i ~can~ load a bigger model|i ~can~ use another model|i ~can~ run llama 2 here|there ~is~ a bigger model|there ~are~ other models|there ~is~ something smarter|pronk ~can~ run bigger models|i ~can~ change the model|i ~can~ use my own model|i ~can~ load a model from hugging face|i ~can~ load files from my disk",
  "can {pronk|it|this|you|i} {run|load|use|try} {a bigger|bigger|larger|other|another|a larger|a smarter|a 7b|a 13b|better|my own} {model|models|one}|is there {a bigger|a better|a larger|a smarter|another} model|can i bring my own model|{got|have you got|do you have|is there|are there} {anything|something|a model|any models} {bigger|smarter|better|larger|more powerful}|can i {load|use} {files from my disk|a model from hugging face|my own checkpoint|llama 2}|can i {try|have|get} a {stronger|larger|heavier|more capable} {one|model}",
  "i have checkpoint files on my laptop, can i use them here|would a stronger model run too", 1.1)
sense("own_code", "yes", "Yes. Import pronk in your own script, load a model, and ask it with messages in the same shape as the well-known chat completion API. The answer comes as a stream.",
  "There is one: import pronk in your own script, load a model, and ask it with messages in the shape of the well-known chat completion API.",
  "there ~is~ an api|pronk ~does~ have an api|i ~can~ use pronk in my code|i ~can~ use pronk as a library|i ~can~ call it from javascript|there ~is~ an npm package|the api ~is~ like openai's|it ~is~ compatible with openai|there ~is~ a library for developers",
  "{is there|does pronk have|do you have} {an api|a js api|an sdk|a library|an npm package|a javascript library}|can {i|developers} {use|call|import} pronk {from javascript|in typescript|from my code|in my own code|as a library|from a script}|does it have an openai compatible api|is the api {like openai|openai compatible|compatible}|can my {code|script|program|app} {use|call|import} {you|pronk|the model}",
  "i am a developer, can i drive pronk from my program|is there something i can import in javascript", 0.8)
sense("storage", "no", "No, the model is kept in your browser's own storage and starts from there the next time.", "Right, it is kept in your browser's own storage and starts from there the next time.",
  "it ~does~ download again|i ~do~ have to download it again|the model ~is~ downloaded every time|it ~does~ download the model each time", "do i have to download {the model|it|everything} {again|every time|each time}|does it download {again|every time|the model again|everything again}|{must|will} {i|it} {fetch|load|download|get} {everything|all|the files|the model} {again|tomorrow|next time|once more}",
  "will it fetch everything again tomorrow", 0.5)
sense("what_is_lost", "yes", "Yes, a little: each weight is rounded to the nearest value the bits allow. With 8 bits you will not notice it; with 4 bits answers can change slightly.",
  "A little is lost: each weight is rounded to the nearest value the bits allow, and with 8 bits you will not notice it.",
  "quantization ~does~ hurt quality|quantization ~does~ make the model worse|quantization ~does~ make models dumber|quantization ~does~ lose quality|something ~is~ lost|quantized models ~are~ worse|quantized models ~are~ less accurate|the quality ~does~ drop|the answers ~do~ get worse|a quantized model ~is~ dumber",
  "does quantization {hurt|harm|lose|cost|reduce} {quality|the quality|accuracy|the model|anything|precision}|is {a quantized model|quantization} {worse|bad|less accurate|less good|dumber}|is there a {loss|price|downside|drawback|cost} {of|with|to|in} quantization|is anything lost{| in quantization}|does it lose quality|do quantized models give {worse|other|different} answers|does {it|the model} get {worse|dumber|less accurate} {with quantization|with fewer bits|when quantized|with 4 bits}",
  "is a model with fewer bits dumber|will the answers suffer from rounding the weights", 0.7)

DENIALS = {"feelings": "Right, I have no feelings. I only choose likely words, though I choose the friendly ones when I can.",
           "improve_other": "Right, you may not: the Llama 2 licence forbids it, except for Llama 2 itself and works derived from it."}

AUXILIARIES = set("is are am was were do does did can could may might will would must should has have got any so private internet offline no".split())


def asks_yes_or_no(question):
    return question.split(" ")[0].strip(",").lower() in AUXILIARIES


def settle(registry):
    """Topics with senses keep only open questions; to be called when all their phrases are in."""
    for intent in registry:
        intent.denied = intent.denied or DENIALS.get(intent.id, "")
        if intent.id in BASES:
            intent.phrases.pop("c", None)
            intent.leaves_out = asks_yes_or_no
            intent.held = [t for t in intent.held if not asks_yes_or_no(t) and not re.search(r", (can|will|is) ", t)]
