// Spanish: the cards of failures.

import type { FailureStrings } from "./en-failures.ts";

const aName = "Es propietario/nombre, como en la dirección de la página del modelo.";
const whereTokensAre =
  "Los tokens se crean en los ajustes del Hub, en «Access Tokens»; basta con uno que tenga permiso de lectura.";
const expectedBelow = "Abajo se indica lo que se esperaba.";
const otherCompiler =
  "El modelo está bien. Actualiza el navegador y el controlador gráfico, o prueba otro navegador: cada uno trae su propio compilador.";
const whatThereIs =
  "Su página muestra lo que hay: ramas y commits para una versión, tras una @; archivos y carpetas, tras el nombre.";

export const failures: FailureStrings = {
  noWeights: {
    title: "Aquí no hay pesos que pronk pueda leer",
    text: "Lee safetensors, GGUF, pytorch_model.bin, los consolidated.00.pth de Meta y los .bin de llama2.c, en la misma carpeta que su configuración.",
  },
  modelUnsupported: {
    title: "Este modelo no funciona aquí",
    text: "pronk ejecuta modelos de la familia Llama 2. Abajo se indica lo que no encajó; puede que otro modelo sí funcione.",
  },
  webgpuMissing: {
    title: "Aquí no hay WebGPU",
    text:
      "pronk ejecuta los modelos en la GPU mediante WebGPU. Chrome y Edge lo tienen desde la versión 113, Safari desde la 26, " +
      "Firefox desde la 141 en Windows y desde la 145 en los chips de Apple. La página debe venir por https o de localhost. " +
      "Si tu navegador es lo bastante nuevo, mira si la aceleración por hardware está desactivada en sus ajustes.",
  },
  adapterMissing: {
    title: "El navegador no da acceso a la GPU",
    text:
      "El modelo está bien. Mira si la aceleración por hardware (o de gráficos) está activada en los ajustes del navegador, " +
      "reinícialo y actualiza el controlador gráfico. Un escritorio remoto o una máquina virtual a menudo no tienen GPU; " +
      "en Linux, puede que haya que activar WebGPU en chrome://flags.",
  },
  adapterTooSmall: {
    title: "Este modelo es demasiado grande para esta GPU",
    text: "Elige un modelo más pequeño, o uno con menos bits por peso.",
  },
  wrongNumbers: {
    title: "Los números del modelo han salido mal",
    text:
      "Se debe a su archivo, o esta GPU calcula mal, así que no hay respuesta. Prueba otro navegador; si eso no cambia nada, " +
      "usa otro archivo del modelo.",
  },
  lostOnTheWay: {
    title: "A la GPU no le llegó lo que se le envió",
    text:
      "Algo se perdió o se alteró por el camino, y se notó antes de que hiciera daño. Inténtalo de nuevo; si se repite, reinicia el " +
      "navegador, actualiza el controlador gráfico o prueba otro navegador.",
  },
  commandRefused: { title: "El controlador gráfico rechazó una orden", text: otherCompiler },
  shaderRefused: { title: "El controlador gráfico rechazó un programa", text: otherCompiler },
  storageMissing: {
    title: "El navegador no guarda nada para esta página",
    text: "Puede impedirlo una ventana privada o un ajuste. El modelo funciona igualmente, pero se descargará cada vez.",
  },
  integrity: {
    title: "Algunos bytes llegaron dañados",
    text: "La parte dañada se ha desechado. Al intentarlo de nuevo solo se descarga esa parte.",
  },
  storageFull: (needed, available) => ({
    title: "El almacenamiento del navegador está lleno",
    text:
      (needed === undefined
        ? "No hay sitio para este modelo."
        : `Este modelo necesita ${needed}${available === undefined ? "" : `, y hay ${available} libres`}.`) +
      " Lo que ha llegado se conserva. Elimina otro modelo, libera espacio en este dispositivo o ejecútalo sin guardarlo: entonces se descarga cada vez.",
  }),
  format: {
    title: "Un archivo de este modelo no es como debería",
    text: "Abajo se indican el archivo y el campo. Pregunta a quien publicó el modelo, o elige otro.",
  },
  outOfMemory: {
    title: "Este modelo es demasiado grande para este dispositivo",
    text: "Elige un modelo más pequeño, o cierra otras pestañas y programas que usen la GPU e inténtalo de nuevo.",
  },
  outOfMemoryWithOffers: {
    title: "Esto necesita más memoria de la que da la GPU",
    text: "El mismo modelo puede funcionar con menos. Tu conversación se conserva.",
  },
  deviceLost: {
    title: "La GPU ha dejado de estar disponible",
    text: "Puede deberse a un reinicio del controlador, a la suspensión o a otro programa. Tu conversación sigue aquí.",
  },
  engineNotStarted: {
    title: "La página no ha podido iniciar el motor",
    text:
      "No se encontró el archivo de su worker, o la política de la página lo prohíbe. Recarga la página; si no ayuda, quien " +
      "la mantiene puede arreglarlo como se dice abajo.",
  },
  engineStopped: {
    title: "El motor se ha detenido",
    text: "Su worker ha terminado. Tu conversación sigue aquí; al intentarlo de nuevo se reinicia.",
  },
  leaderClosed: {
    title: "Se cerró la pestaña que ejecutaba el modelo",
    text: "Esta pestaña toma el relevo enseguida, y lo que había llegado se conserva.",
  },
  contextFull: { title: "Es demasiado largo para el modelo", text: "Acorta el mensaje o empieza un nuevo chat." },
  message: { title: "El modelo no admite este mensaje", text: "Cambia el mensaje y envíalo de nuevo." },
  noModelName: { title: "Esto no nombra ningún modelo", text: expectedBelow },
  noSuchWeights: { title: "El modelo no tiene esos pesos", text: expectedBelow },
  setting: { title: "Un ajuste de esta página no encaja", text: expectedBelow },
  unknownName: (repository, hasToken) => ({
    title: `El Hub no muestra ningún modelo ${repository}`,
    text:
      `Comprueba primero el nombre. ${aName} ` +
      (hasToken
        ? "Si es correcto, el modelo es privado y la cuenta de tu token no puede verlo."
        : `Si es correcto, el modelo es privado: indica un token de una cuenta que pueda verlo. ${whereTokensAre}`),
  }),
  gated: (hasToken) => ({
    title: "El Hub aún no entrega este modelo",
    text: hasToken
      ? "Allí conocen tu token, pero a su cuenta no se le ha concedido este modelo, o no puede leer los de acceso restringido. " +
        "Solicita acceso en la página del modelo, o indica otro token."
      : `Tiene acceso restringido. Acepta sus condiciones en la página del modelo y después indica un token de esa cuenta. ${whereTokensAre}`,
  }),
  tokenRefused: {
    title: "El Hub no acepta este token",
    text: `Puede estar mal escrito, caducado o revocado. ${whereTokensAre}`,
  },
  unauthorized: (repository) => ({
    title: `El Hub no entrega ${repository}`,
    text:
      "Sin un token no dice por qué: el nombre puede estar mal escrito, o el modelo tener acceso restringido o ser privado. " +
      `Comprueba primero el nombre. ${aName} Si es correcto, solicita acceso en la página del modelo e indica un token.`,
  }),
  noSuchFile: { title: "El modelo no tiene ese archivo", text: whatThereIs },
  noSuchVersion: { title: "El modelo no tiene esa versión", text: whatThereIs },
  addressRefused: {
    title: "El servidor no entrega esto",
    text: "Pide un permiso, y un token solo se envía al Hub. Usa una dirección que sea pública.",
  },
  nothingThere: {
    title: "No hay ningún modelo en esta dirección",
    text: "Tiene que ser la de la carpeta que contiene config.json y los pesos, o la de un archivo de pesos.",
  },
  busy: {
    title: "El servidor pide menos solicitudes",
    text: "Espera unos minutos e inténtalo de nuevo. Lo que ha llegado se conserva.",
  },
  serverFault: {
    title: "El servidor tiene un problema",
    text: "No está en tu mano arreglarlo. Inténtalo más tarde; lo que ha llegado se conserva y se sigue desde ahí.",
  },
  forbiddenByPage: {
    title: "Esta página no puede descargar de ahí",
    text: "Su política de seguridad no incluye la dirección. Quien mantiene la página puede permitirla, como se dice abajo.",
  },
  partMissing: {
    title: "Falta una parte de la aplicación",
    text: "Se descarga cuando un modelo la necesita. Inténtalo de nuevo; si no ayuda, es que la página se ha actualizado entretanto: recárgala.",
  },
  interrupted: {
    title: "La descarga se ha interrumpido",
    text: "Lo que ha llegado se conserva; al intentarlo de nuevo se sigue desde ahí. Comprueba la conexión.",
  },
  offline: {
    title: "No se ha podido descargar el modelo",
    text: "Parece que no tienes conexión. Los modelos guardados en este dispositivo se inician sin red.",
  },
  unknown: {
    title: "Algo ha ido mal",
    text: "Esto no debería pasar. Quizá ayude recargar la página; la conversación se conserva donde la página la guarda.",
  },
  modelPage: "Página del modelo",
  searchHub: "Buscar en el Hub",
  smallerSetup: (changes, size) => {
    const text = changes.join(", ");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}: ${size}`;
  },
  shorterContext: (positions) => `contexto ${positions}`,
  cacheIn: { f32: "caché de 32 bits", f16: "caché de 16 bits", q8: "caché de 8 bits" },
  weightsIn: { none: "pesos como se publicaron", q8: "pesos de 8 bits", q4: "pesos de 4 bits" },
  smallerSetups: "Ejecutar con menos",
  deleteModel: (model, size) => `Eliminar ${model}: libera ${size}`,
  deleteModels: "Hacer sitio",
  withoutStore: "Ejecutar sin guardar",
};
