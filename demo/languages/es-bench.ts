// Spanish: the benchmark's page.

import { counted } from "../../src/element/languages/counted.ts";
import type { PageWords } from "./en.ts";

export const bench: PageWords["bench"] = {
  title: "¿Qué velocidad tiene esta GPU? pronk",
  description: "Mide la velocidad a la que este navegador y esta GPU ejecutan modelos de lenguaje. No se envía nada.",
  heading: "¿Qué velocidad tiene esta GPU?",
  lead: "pronk crea en tu GPU un modelo de pesos aleatorios, comprueba que calcula bien y mide a qué velocidad lee y escribe. No se descarga nada y nada sale de este dispositivo.",
  sizeLabel: "Un modelo del tamaño de",
  inFront: "Deja esta pestaña en primer plano: los navegadores ralentizan lo que no se ve.",
  tiny: "el modelo diminuto de aquí",
  option: (name, size) => `${name}, ${size}`,
  measure: "Medir",
  again: "Medir otra vez",
  measuring: "Midiendo",
  progress: {
    "Asking for the GPU": "Solicitando la GPU",
    "Measuring what the adapter can do": "Midiendo lo que puede hacer el adaptador",
    "Loading, # of #": "Cargando, # de #",
    "Warming up": "Calentando",
    "Reading and answering, # of #": "Leyendo y respondiendo, # de #",
    "Counting what a token costs": "Contando lo que cuesta un token",
    "Timing every kernel": "Cronometrando cada kernel",
    "Checking two layers against plain kernels": "Comparando dos capas con kernels sencillos",
    Done: "Listo",
  },
  noWebGpu:
    "Este navegador no da ningún adaptador de WebGPU. Usa una versión actual de Chrome, Edge, Firefox o Safari, y permítele usar la GPU.",
  failed: (message) => `La medición ha fallado. ${message}`,
  headline: (adapter) => `En ${adapter}`,
  cards: {
    decode: [
      "tokens por segundo, escritos",
      "Lo que notas mientras aparece una respuesta. Un token son unas tres cuartas partes de una palabra.",
    ],
    prefill: ["tokens por segundo, leídos", "A qué velocidad se lee una pregunta o un texto."],
    first: ["hasta el primer token", "La espera tras una pregunta de la longitud medida aquí."],
    load: ["hasta estar listo", "Crear los pesos y compilar los shaders; no incluye ninguna descarga."],
  },
  between: (least, most, runs) => `De ${least} a ${most} en ${runs} pasadas.`,
  wrong: (error, allowed) =>
    `Los números son INCORRECTOS en este adaptador: los logits se desvían ${error}, y se permite ${allowed}. Los tiempos de abajo no significan nada.`,
  right: (positions, error) =>
    `Comprobado: ${positions} posiciones coinciden con kernels sencillos en f32; la mayor diferencia de un logit es ${error}.`,
  ceiling: (percent, bytes, rate) =>
    `Para escribir un token, la GPU tiene que leer ${bytes} de pesos y caché. Leer es todo lo que tiene que hacer, y lee como mucho ${rate} por segundo, así que esto es el ${percent} de lo que permite su memoria.`,
  counts: (dispatches, submits) => `Un token son ${dispatches} dispatches en ${submits}.`,
  submits: counted("es", { one: "# envío", other: "# envíos" }),
  nothing: "Por el camino no se crea nada.",
  objects: (buffers, groups) => `Por el camino se crean ${buffers} búferes y ${groups} bind groups.`,
  memory: (gpu, weights, cache) => `Memoria de la GPU: ${gpu}, de ellos ${weights} de pesos y ${cache} de caché.`,
  timeTitle: "En qué se va el tiempo de un token",
  timeNote:
    "Cada kernel se ejecutó por separado bajo el reloj de la propia GPU, así que la suma es algo más de lo que tarda un token. Los navegadores redondean ese reloj a 0,1 ms; los kernels muy cortos son, por tanto, aproximados.",
  prefillTitle: (tokens) => `En qué se va el tiempo de leer ${tokens} tokens`,
  noClock: "Este adaptador no tiene reloj para kernels sueltos (timestamp-query), así que no hay gráfico de ellos.",
  columns: { kernel: "Kernel", times: "Veces", ms: "ms", rate: "GB/s", flops: "GFLOP/s" },
  all: "total",
  roofTitle: "A qué distancia del techo",
  roofNote:
    "El techo es lo que puede esta GPU, medido hace un momento: la pendiente es su memoria; la parte plana, su aritmética. Un kernel bajo la pendiente espera a la memoria; uno bajo la parte plana, a la aritmética; cuanto más cerca del techo, menos queda por ganar. Los círculos crecen con la parte del tiempo que toma cada kernel.",
  roofX: "operaciones por byte leído",
  roofY: "GFLOP/s",
  roofLabel: (percent) => `Roofline de este adaptador; un token escrito está al ${percent} del techo de memoria`,
  writing: "un token",
  reading: "la pregunta",
  reportTitle: "El informe",
  reportNote:
    "Texto sencillo en inglés, para guardarlo o enseñarlo. Nombra el navegador y el adaptador, y nada más sobre ti.",
  reportLabel: "Informe como texto",
  copy: "Copiar",
  copied: "Copiado",
  copyFailed: "Selecciona el texto y cópialo",
  share: "Compartir",
  save: "Guardar como JSON",
};
